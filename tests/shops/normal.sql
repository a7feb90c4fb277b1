-- As a web framework makes them: who bought is with the order, times have fractions, and prices are in cents.
CREATE TABLE users (id INTEGER PRIMARY KEY, email VARCHAR, first_name VARCHAR, created_at DATETIME);
CREATE TABLE products (id INTEGER PRIMARY KEY, sku VARCHAR, name VARCHAR, price_cents INTEGER);
CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users(id), state VARCHAR, currency VARCHAR, created_at DATETIME);
CREATE TABLE order_items (id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders(id), product_id INTEGER REFERENCES products(id), quantity INTEGER, unit_price DECIMAL);
INSERT INTO users VALUES (1, 'ann@x.example', 'Ann', '2026-01-01 10:00:00.123456'), (2, 'ben@x.example', 'Ben', '2026-01-02 10:00:00.123456');
INSERT INTO products VALUES (5, 'A', 'Mug', 950), (6, 'B', 'Jug', 1250);
INSERT INTO orders VALUES (100, 1, 'paid', 'USD', '2026-02-01 10:00:00.123456'), (101, 2, 'paid', 'USD', '2026-02-02 10:00:00.123456');
INSERT INTO order_items VALUES (1, 100, 5, 1, 9.5), (2, 101, 6, 2, 12.5);
