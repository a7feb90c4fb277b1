-- The tables that PrestaShop keeps.
CREATE TABLE ps_customer (id_customer INTEGER PRIMARY KEY, id_gender INTEGER, id_lang INTEGER, firstname TEXT, lastname TEXT, email TEXT, passwd TEXT, birthday TEXT,
    newsletter INTEGER, newsletter_date_add TEXT, active INTEGER, date_add TEXT);
CREATE TABLE ps_product_lang (id_product INTEGER, id_lang INTEGER, name TEXT, description TEXT);
CREATE TABLE ps_orders (id_order INTEGER PRIMARY KEY, reference TEXT, id_customer INTEGER, current_state INTEGER, total_paid REAL, date_add TEXT);
CREATE TABLE ps_order_detail (id_order_detail INTEGER PRIMARY KEY, id_order INTEGER, product_id INTEGER, product_name TEXT, product_quantity INTEGER, unit_price_tax_incl REAL);
INSERT INTO ps_customer VALUES (1, 1, 1, 'Ann', 'A', 'ann@x.example', 'x', '1990-01-01', 1, '2026-01-01 10:00:00', 1, '2026-01-01 10:00:00'),
    (2, 2, 1, 'Ben', 'B', 'ben@x.example', 'x', '1991-01-01', 0, NULL, 1, '2026-01-01 10:00:00');
INSERT INTO ps_product_lang VALUES (5, 1, 'Mug', 'A mug'), (6, 1, 'Jug', 'A jug');
INSERT INTO ps_orders VALUES (100, 'XK', 1, 5, 9.5, '2026-02-01 10:00:00'), (101, 'XL', 2, 5, 25.0, '2026-02-02 10:00:00');
INSERT INTO ps_order_detail VALUES (1, 100, 5, 'Mug', 1, 9.5), (2, 101, 6, 'Jug', 2, 12.5);
