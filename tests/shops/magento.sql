-- The tables of Magento 2 that matter, as a copy of its database has them.
CREATE TABLE customer_entity (entity_id INTEGER PRIMARY KEY, website_id INTEGER, email TEXT, group_id INTEGER, store_id INTEGER, created_at TEXT, updated_at TEXT, is_active INTEGER, created_in TEXT, firstname TEXT, lastname TEXT, dob TEXT, gender INTEGER);
CREATE TABLE catalog_product_entity (entity_id INTEGER PRIMARY KEY, attribute_set_id INTEGER, type_id TEXT, sku TEXT, created_at TEXT, updated_at TEXT);
CREATE TABLE catalog_product_flat_1 (entity_id INTEGER PRIMARY KEY, type_id TEXT, sku TEXT, name TEXT, price REAL, small_image TEXT, url_path TEXT);
CREATE TABLE sales_order (entity_id INTEGER PRIMARY KEY, state TEXT, status TEXT, store_id INTEGER, customer_id INTEGER, customer_email TEXT, grand_total REAL, created_at TEXT, increment_id TEXT, order_currency_code TEXT, base_currency_code TEXT);
CREATE TABLE sales_order_item (item_id INTEGER PRIMARY KEY, order_id INTEGER, created_at TEXT, product_id INTEGER, sku TEXT, name TEXT, qty_ordered REAL, price REAL, row_total REAL);
CREATE TABLE newsletter_subscriber (subscriber_id INTEGER PRIMARY KEY, customer_id INTEGER, subscriber_email TEXT, subscriber_status INTEGER);
CREATE TABLE quote (entity_id INTEGER PRIMARY KEY, customer_id INTEGER, created_at TEXT);
CREATE TABLE quote_item (item_id INTEGER PRIMARY KEY, quote_id INTEGER, product_id INTEGER, created_at TEXT, qty REAL, price REAL);
CREATE TABLE report_viewed_product_index (index_id INTEGER PRIMARY KEY, visitor_id INTEGER, customer_id INTEGER, product_id INTEGER, store_id INTEGER, added_at TEXT);
INSERT INTO customer_entity VALUES (101,1,'ann@x.example',1,1,'2025-01-01 10:00:00','2025-01-01 10:00:00',1,'Default','Ann','A','1990-02-03',2),(102,1,'ben@x.example',1,1,'2025-02-01 10:00:00','2025-02-01 10:00:00',1,'Default','Ben','B',NULL,1);
INSERT INTO catalog_product_entity VALUES (201,4,'simple','MUG','2025-01-01 00:00:00','2025-01-01 00:00:00'),(202,4,'simple','POT','2025-01-01 00:00:00','2025-01-01 00:00:00');
INSERT INTO catalog_product_flat_1 VALUES (201,'simple','MUG','Mug',9.5,'/m/mug.png','mug.html'),(202,'simple','POT','Pot',19.5,'/p/pot.png','pot.html');
INSERT INTO sales_order VALUES (301,'complete','complete',1,101,'ann@x.example',9.5,'2026-03-01 10:00:00','000301','USD','USD'),(302,'complete','complete',1,102,'ben@x.example',19.5,'2026-03-02 10:00:00','000302','USD','USD');
INSERT INTO sales_order_item VALUES (401,301,'2026-03-01 10:00:00',201,'MUG','Mug',1,9.5,9.5),(402,302,'2026-03-02 10:00:00',202,'POT','Pot',1,19.5,19.5);
INSERT INTO newsletter_subscriber VALUES (1,101,'ann@x.example',1);
INSERT INTO quote VALUES (501,101,'2026-03-03 10:00:00'); INSERT INTO quote_item VALUES (601,501,202,'2026-03-03 10:00:00',1,19.5);
INSERT INTO report_viewed_product_index VALUES (1,NULL,101,202,1,'2026-03-03 09:00:00');
