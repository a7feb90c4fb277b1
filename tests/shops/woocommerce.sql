-- The tables that WooCommerce keeps, as a copy of its database has them.
CREATE TABLE wp_users (ID INTEGER PRIMARY KEY, user_login TEXT, user_pass TEXT, user_email TEXT, user_registered TEXT, display_name TEXT);
CREATE TABLE wp_wc_customer_lookup (customer_id INTEGER PRIMARY KEY, user_id INTEGER, username TEXT, first_name TEXT, last_name TEXT, email TEXT,
    date_last_active TEXT, date_registered TEXT, country TEXT, postcode TEXT, city TEXT, state TEXT);
CREATE TABLE wp_posts (ID INTEGER PRIMARY KEY, post_author INTEGER, post_date TEXT, post_content TEXT, post_title TEXT, post_status TEXT, post_type TEXT);
CREATE TABLE wp_wc_product_meta_lookup (product_id INTEGER PRIMARY KEY, sku TEXT, min_price REAL, max_price REAL, stock_quantity INTEGER);
CREATE TABLE wp_wc_order_stats (order_id INTEGER PRIMARY KEY, date_created TEXT, num_items_sold INTEGER, total_sales REAL, status TEXT, customer_id INTEGER);
CREATE TABLE wp_wc_order_product_lookup (order_item_id INTEGER PRIMARY KEY, order_id INTEGER, product_id INTEGER, variation_id INTEGER, customer_id INTEGER,
    date_created TEXT, product_qty INTEGER, product_net_revenue REAL);
CREATE TABLE wp_options (option_id INTEGER PRIMARY KEY, option_name TEXT, option_value TEXT);
INSERT INTO wp_users VALUES (1, 'admin', 'x', 'admin@x.example', '2025-01-01 00:00:00', 'Admin');
INSERT INTO wp_wc_customer_lookup VALUES (11, NULL, '', 'Ann', 'A', 'ann@x.example', '2026-01-01 00:00:00', '2025-02-01 00:00:00', 'DE', '1', 'Bonn', 'NW'),
    (12, NULL, '', 'Ben', 'B', 'ben@x.example', '2026-01-01 00:00:00', NULL, 'DE', '2', 'Ulm', 'BW');
INSERT INTO wp_posts VALUES (21, 1, '2025-01-01 00:00:00', 'A mug', 'Mug', 'publish', 'product'), (22, 1, '2025-01-01 00:00:00', 'About', 'About us', 'publish', 'page');
INSERT INTO wp_wc_product_meta_lookup VALUES (21, 'MUG', 9.5, 9.5, 3);
INSERT INTO wp_wc_order_stats VALUES (31, '2026-03-01 10:00:00', 1, 9.5, 'wc-completed', 11), (32, '2026-03-02 10:00:00', 1, 9.5, 'wc-completed', 12);
INSERT INTO wp_wc_order_product_lookup VALUES (41, 31, 21, 0, 11, '2026-03-01 10:00:00', 1, 9.5), (42, 32, 21, 0, 12, '2026-03-02 10:00:00', 1, 9.5);
INSERT INTO wp_options VALUES (1, 'woocommerce_currency', 'EUR');
