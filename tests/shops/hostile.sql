-- Names with blanks, quotes and signs.
CREATE TABLE "my ""best"" customers" ("customer id" INTEGER PRIMARY KEY, "e-mail; DROP TABLE x" TEXT);
CREATE TABLE "order lines'" ("customer id" INTEGER, "product-no." TEXT, "created at" TEXT, "in" TEXT);
INSERT INTO "my ""best"" customers" VALUES (1, 'a@x.example'), (2, 'b@x.example');
INSERT INTO "order lines'" VALUES (1, 'p', '2026-01-01', '');
