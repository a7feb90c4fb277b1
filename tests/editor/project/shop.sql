-- The exchange's shop. Times are before 2026-11-20, which the server is told.
CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT, name TEXT, country TEXT, consent INTEGER);
CREATE TABLE products (id INTEGER PRIMARY KEY, title TEXT, category TEXT, price REAL, stock INTEGER);
CREATE TABLE purchases ("order" INTEGER, customer INTEGER, product INTEGER, at TEXT, quantity INTEGER, price REAL);
INSERT INTO customers VALUES
  (1, 'ann@x.example', 'Ann', 'SG', 1), (2, 'ben@x.example', 'Ben', 'SG', 1), (3, 'li@x.example', '李娜', 'CN', 0);
INSERT INTO products VALUES (1, 'Pot', 'kitchen', 3.5, 4), (2, 'Quilt', 'home', 40.0, 0), (3, 'Lamp', 'home', 25.0, 9);
INSERT INTO purchases VALUES
  (1, 1, 1, '2026-11-01T08:26:00Z', 1, 3.5), (2, 1, 3, '2026-11-05T10:00:00Z', 1, 25.0), (3, 2, 1, '2026-10-30T12:00:00Z', 2, 3.5);
