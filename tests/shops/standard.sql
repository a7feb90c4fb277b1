-- As the import and the demo shop make them.
CREATE TABLE customers (id TEXT PRIMARY KEY, email TEXT, name TEXT, country TEXT, timezone TEXT, consent INTEGER);
CREATE TABLE products (id TEXT PRIMARY KEY, title TEXT, price REAL, stock INTEGER);
CREATE TABLE purchases ("order" TEXT, customer TEXT, product TEXT, at TEXT, quantity INTEGER, price REAL);
CREATE TABLE views (customer TEXT, product TEXT, at TEXT);
INSERT INTO customers VALUES ('a', 'a@x.example', 'Ann', 'SG', 'Asia/Singapore', 1), ('b', 'b@x.example', 'Ben', 'SG', 'Asia/Singapore', 0);
INSERT INTO products VALUES ('p', 'Pot', 3.5, 1), ('q', 'Quilt', 40.0, 0);
INSERT INTO purchases VALUES ('1', 'a', 'p', '2026-10-01T08:26:00Z', 1, 3.5);
INSERT INTO views VALUES ('b', 'q', '2026-10-01T08:26:00Z');
