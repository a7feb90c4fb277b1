-- The columns of the UCI Online Retail file, in tables as a person would make them.
CREATE TABLE customers (CustomerID INTEGER, Email TEXT, Country TEXT);
CREATE TABLE stock_items (StockCode TEXT, Description TEXT, UnitPrice REAL);
CREATE TABLE invoice_lines (InvoiceNo TEXT, StockCode TEXT, Quantity INTEGER, InvoiceDate TEXT, UnitPrice REAL, CustomerID INTEGER);
INSERT INTO customers VALUES (12346, 'a@x.example', 'United Kingdom'), (12347, 'b@x.example', 'United Kingdom'), (12348, 'c@x.example', 'Iceland');
INSERT INTO stock_items VALUES ('85123A', 'Holder', 2.55), ('71053', 'Lantern', 3.39), ('22752', 'Boxes', 7.65);
INSERT INTO invoice_lines VALUES ('536365', '85123A', 6, '2010-12-01 08:26:00', 2.55, 12346), ('536365', '71053', 6, '2010-12-01 08:26:00', 3.39, 12346),
    ('C536366', '22752', -1, '2010-12-02 09:00:00', 7.65, 12347);
