use super::*;

const RETAIL: &str = "\
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,WHITE HEART,6,2010-12-01 08:26:00,2.55,17850,United Kingdom
536365,71053,WHITE LANTERN,6,2010-12-01 08:26:00,3.39,17850,United Kingdom
536365,71053,WHITE LANTERN,6,2010-12-01 08:26:00,3.39,17850,United Kingdom
536366,POST,POSTAGE,1,2010-12-01 09:00:00,18.00,17850,United Kingdom
536367,22423,CAKE STAND,1,2011-07-01 09:30:00,12.75,,EIRE
C536379,22423,CAKE STAND,-1,2011-07-01 09:41:00,12.75,14527,EIRE
536380,85123A,damaged,-10,2011-07-01 10:00:00,0,,United Kingdom
536381,85123A,CREAM HEART,2,2011-07-02 10:00:00,2.95,14527,EIRE
536382,22423,CAKE STAND,2,2011-07-02 11:00:00,0,14527,EIRE
536383,gift_0001_20,VOUCHER,1,2011-07-02 11:00:00,16.67,14527,EIRE
C536384,71053,WHITE LANTERN,-1,2011-07-03 09:00:00,3.39,17850,United Kingdom
";

#[test]
fn every_preset_is_a_valid_mapping_that_says_what_it_does() {
    for (name, _) in ImportSpec::presets() {
        assert!(preset(name).about.len() > 80, "{name}");
    }
    let Err(ImportError::Spec(message)) = ImportSpec::preset("shopify-order") else { panic!() };
    assert!(message.contains("did you mean `shopify-orders`?"), "{message}");
}

#[test]
fn online_retail_gives_four_tables() {
    let shop = Shop::new();
    let report = shop.import(RETAIL, &preset("online-retail"));
    assert_eq!(
        shop.rows("SELECT * FROM customers ORDER BY id"),
        "14527|14527@customer.invalid|IE|2011-07-01T08:41:00Z|1|synthetic\n\
         17850|17850@customer.invalid|GB|2010-12-01T08:26:00Z|1|synthetic\n"
    );
    assert_eq!(
        shop.rows("SELECT id, title, price FROM products ORDER BY id"),
        "71053|WHITE LANTERN|3.39\n85123A|CREAM HEART|2.95\n"
    );
    assert_eq!(
        shop.rows("SELECT id, customer, at FROM orders ORDER BY id"),
        "536365|17850|2010-12-01T08:26:00Z\n536381|14527|2011-07-02T09:00:00Z\n"
    );
    assert_eq!(
        shop.rows("SELECT \"order\", line, product, quantity, price FROM purchases ORDER BY 1, 2"),
        "536365|1|85123A|6.00|2.55\n536365|2|71053|6.00|3.39\n536365|3|71053|6.00|3.39\n\
         536381|1|85123A|2.00|2.95\n"
    );
    assert_eq!((report.rows, report.cancelled, report.dropped), (11, 3, 2));
    let reasons: Vec<_> = report.rejected.iter().map(|r| (r.reason.as_str(), r.rows, r.line)).collect();
    assert!(reasons.contains(&("cancelled", 2, 7)), "{reasons:?}");
    assert!(reasons.contains(&("returned or written off (quantity is not positive)", 1, 8)), "{reasons:?}");
    assert!(reasons.contains(&("no customer", 2, 6)), "{reasons:?}");
    assert!(reasons.contains(&("no price", 1, 10)), "{reasons:?}");
    assert_eq!(report.rejected_for("not a product (postage, charges, corrections, vouchers)"), 2);
    let purchases = report.table("purchases").unwrap();
    assert_eq!((purchases.taken, purchases.added, purchases.total), (4, 4, 4));
    assert_eq!(report.table("customers").unwrap().total, 2);
}

#[test]
fn importing_the_same_file_again_changes_nothing() {
    let shop = Shop::new();
    let all = "SELECT * FROM purchases ORDER BY 1, 2";
    shop.import(RETAIL, &preset("online-retail"));
    let products = "SELECT * FROM products ORDER BY 1";
    let before = (shop.rows(all), shop.rows(products));
    let report = shop.import(RETAIL, &preset("online-retail"));
    assert_eq!((shop.rows(all), shop.rows(products)), before);
    assert!(report.tables.iter().all(|t| t.added == 0 && t.total > 0), "{report:?}");
}

const SHOPIFY_PRODUCTS: &str = "\
Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price,Variant Compare At Price,Image Src,Image Position,Cost per item,Status
tee,Soft Tee,\"<p>Soft &amp; warm</p>\",Loom,Shirts,new,true,Size,M,TEE-M,5,20.00,,https://x.test/1.jpg,1,8.00,active
tee,,,,,,,,L,TEE-L,7,18.00,,https://x.test/2.jpg,2,9.00,
tee,,,,,,,,,,,,,https://x.test/3.jpg,3,,
mug,Mug,,Clay,Mugs,,false,Title,Default Title,,3,9.50,,,,,draft
";

const SHOPIFY_ORDERS: &str = "\
Name,Email,Financial Status,Paid at,Accepts Marketing,Currency,Subtotal,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,Billing Name,Billing City,Billing Country,Cancelled at,Id
#1003,Bo@Example.com,paid,,no,USD,20.00,25.00,2025-10-08 09:00:00 +0200,1,Soft Tee - L,18.00,20.00,TEE-L,Bo Li,Lyon,FR,,3
#1002,ada@example.com,refunded,,yes,USD,9.50,9.50,2025-10-07 10:00:00 +0200,1,Mug,9.50,,,Ada Day,Paris,FR,,2
#1001,ada@example.com,paid,,yes,USD,60.00,66.00,2025-10-07 09:50:26 +0200,2,Soft Tee - M,20.00,,TEE-M,Ada Day,Paris,FR,,1
#1001,,,,,,,,,1,Mug,9.50,,,,,,,
#1000,,paid,,,USD,9.50,9.50,2025-10-06 09:00:00 +0200,1,Mug,9.50,,,,,,,0
#0999,cy@example.com,paid,,no,USD,9.50,9.50,2025-10-05 09:00:00 +0200,1,Mug,9.50,,,Cy Roe,Nice,FR,2025-10-05 10:00:00 +0200,9
";

#[test]
fn shopify_products_join_their_variants() {
    let shop = Shop::new();
    let report = shop.import(SHOPIFY_PRODUCTS, &preset("shopify-products"));
    let sql = "SELECT id, title, category, brand, description, price, cost, stock, image, active FROM products ORDER BY id";
    let expected = "mug|Mug|Mugs|Clay|-|9.50|-|3.00|-|0\n\
                    tee|Soft Tee|Shirts|Loom|Soft & warm|18.00|8.00|12.00|https://x.test/1.jpg|1\n";
    assert_eq!(shop.rows(sql), expected);
    assert_eq!(shop.rows("SELECT * FROM variants ORDER BY 1"), "TEE-L|tee\nTEE-M|tee\n");
    assert_eq!((report.rejected_for("no SKU"), report.dropped), (2, 0));
    shop.import(SHOPIFY_PRODUCTS, &preset("shopify-products"));
    assert_eq!(shop.rows(sql), expected, "sums do not grow with a second import");
    shop.import(SHOPIFY_PRODUCTS.replace("18.00", "30.00"), &preset("shopify-products"));
    assert_eq!(shop.rows("SELECT price FROM products WHERE id = 'tee'"), "20.00\n");
}

#[test]
fn shopify_orders_fill_down_and_find_their_products() {
    let shop = Shop::new();
    shop.import(SHOPIFY_PRODUCTS, &preset("shopify-products"));
    let report = shop.import(SHOPIFY_ORDERS, &preset("shopify-orders"));
    assert_eq!(
        shop.rows("SELECT * FROM orders ORDER BY id"),
        "#1001|ada@example.com|2025-10-07T07:50:26Z|paid|66.00\n#1003|bo@example.com|2025-10-08T07:00:00Z|paid|25.00\n"
    );
    assert_eq!(
        shop.rows("SELECT \"order\", line, customer, product, quantity, price, list_price FROM purchases ORDER BY 1, 2"),
        "#1001|1|ada@example.com|tee|2.00|20.00|-\n#1001|2|ada@example.com|Mug|1.00|9.50|-\n\
         #1003|1|bo@example.com|tee|1.00|18.00|20.00\n"
    );
    assert_eq!(
        shop.rows("SELECT id, name, city, country, consent FROM customers ORDER BY id"),
        "ada@example.com|Ada Day|Paris|FR|1\nbo@example.com|Bo Li|Lyon|FR|0\ncy@example.com|Cy Roe|Nice|FR|0\n"
    );
    assert_eq!(shop.rows("SELECT title FROM products WHERE id = 'tee'"), "Soft Tee\n");
    assert_eq!(report.cancelled, 2);
    assert_eq!(report.rejected_for("no e-mail address"), 1);
}

#[test]
fn an_order_that_is_cancelled_later_is_deleted_by_the_next_import() {
    let shop = Shop::new();
    shop.import(SHOPIFY_ORDERS, &preset("shopify-orders"));
    assert_eq!(shop.rows("SELECT count(*) FROM purchases WHERE \"order\" = '#1001'"), "2\n");
    let later = SHOPIFY_ORDERS.replace("#1001,ada@example.com,paid", "#1001,ada@example.com,refunded");
    let report = shop.import(later, &preset("shopify-orders"));
    assert_eq!(shop.rows("SELECT id FROM orders"), "#1003\n");
    assert_eq!(shop.rows("SELECT DISTINCT \"order\" FROM purchases"), "#1003\n");
    assert_eq!(report.table("orders").unwrap().total, 1);
}

#[test]
fn shopify_customers_have_the_last_word_on_consent() {
    let shop = Shop::new();
    shop.import(SHOPIFY_ORDERS, &preset("shopify-orders"));
    let csv = "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address City,Default Address Country Code,Phone\n\
               '1,Ada,Day,Ada@example.com,no,Paris,FR,'+33\n'2,Di,,di@example.com,yes,,,\n'3,Ed,Fox,,yes,,,'+44\n";
    let report = shop.import(csv, &preset("shopify-customers"));
    assert_eq!(
        shop.rows("SELECT id, name, consent, consent_source FROM customers WHERE id IN ('ada@example.com', 'di@example.com') ORDER BY id"),
        "ada@example.com|Ada Day|0|shopify customers\ndi@example.com|Di|1|shopify customers\n"
    );
    assert_eq!(report.rejected_for("`Email` is missing"), 1);
    // A `no` that is known is not overruled by an old order's `yes`.
    shop.import(SHOPIFY_ORDERS, &preset("shopify-orders"));
    assert_eq!(shop.rows("SELECT consent FROM customers WHERE id = 'ada@example.com'"), "0\n");
}

const WOO_PRODUCTS: &str = "\
ID,Type,SKU,Name,Published,\"Short description\",Description,\"In stock?\",Stock,\"Sale price\",\"Regular price\",Categories,Images,Parent,Brands
29,simple,TEA,Green tea,1,<p>Fresh</p>,Long,1,4,,12.00,\"Tea > Green, Gifts\",\"https://x.test/a.jpg, https://x.test/b.jpg\",,Leaf
30,variable,HOOD,Hoodie,1,,Warm,1,,,,Clothing,,,
31,variation,HOOD-R,Hoodie - Red,1,,,1,2,35.00,40.00,,,HOOD,
32,variation,HOOD-B,Hoodie - Blue,1,,,1,3,,40.00,,,HOOD,
33,variable,,Cap,-1,,,1,,,,Clothing,,,
34,variation,CAP-R,Cap - Red,1,,,1,2,,9.00,,,id:33,
";

#[test]
fn woocommerce_products_gather_their_variations() {
    let shop = Shop::new();
    let report = shop.import(WOO_PRODUCTS, &preset("woocommerce-products"));
    assert_eq!(
        shop.rows("SELECT id, title, category, brand, description, price, stock, image, active FROM products ORDER BY id"),
        "33|Cap|Clothing|-|-|9.00|2.00|-|0\n\
         HOOD|Hoodie|Clothing|-|Warm|35.00|5.00|-|1\n\
         TEA|Green tea|Tea > Green|Leaf|Fresh|12.00|4.00|https://x.test/a.jpg|1\n"
    );
    assert_eq!(
        shop.rows("SELECT * FROM variants ORDER BY 1"),
        "CAP-R|33\nHOOD|HOOD\nHOOD-B|HOOD\nHOOD-R|HOOD\nTEA|TEA\n"
    );
    assert_eq!((report.rows, report.dropped), (6, 0));
}

#[test]
fn woocommerce_orders_of_both_exporters_are_read() {
    let extension = "\
order_id,order_number,date,status,order_total,customer_id,billing_first_name,billing_last_name,billing_email,billing_city,billing_country,item_product_id,item_name,item_sku,item_quantity,item_price
7,7,2025-10-07 09:50:26,completed,47.00,0,Ada,Day,Ada@example.com,Paris,FR,30,Hoodie - Red,HOOD-R,1,35.00
7,7,2025-10-07 09:50:26,completed,47.00,0,Ada,Day,Ada@example.com,Paris,FR,29,Green tea,TEA,1,12.00
8,8,2025-10-08 09:00:00,cancelled,12.00,0,Bo,Li,bo@example.com,Lyon,FR,29,Green tea,TEA,1,12.00
";
    let plugin = "\
\"Order Number\",\"Order Status\",\"Order Date\",\"First Name (Billing)\",\"Last Name (Billing)\",\"City (Billing)\",\"Country Code (Billing)\",\"Email (Billing)\",\"Item #\",SKU,\"Item Name\",\"Quantity (- Refund)\",\"Item Cost\",\"Order Total Amount\"
7,Completed,\"2025-10-07 09:50\",Ada,Day,Paris,FR,Ada@example.com,1,HOOD-R,\"Hoodie - Red\",1,35.00,47.00
7,,,,,,,,2,TEA,\"Green tea\",1,12.00,
8,Cancelled,\"2025-10-08 09:00\",Bo,Li,Lyon,FR,bo@example.com,1,TEA,\"Green tea\",1,12.00,12.00
";
    for csv in [extension, plugin] {
        let shop = Shop::new();
        shop.import(WOO_PRODUCTS, &preset("woocommerce-products"));
        let report = shop.import(csv, &preset("woocommerce-orders"));
        assert_eq!(
            shop.rows(
                "SELECT \"order\", line, customer, product, quantity, price FROM purchases ORDER BY 1, 2"
            ),
            "7|1|ada@example.com|HOOD|1.00|35.00\n7|2|ada@example.com|TEA|1.00|12.00\n"
        );
        assert_eq!(
            shop.rows("SELECT id, customer, lower(status), total FROM orders"),
            "7|ada@example.com|completed|47.00\n"
        );
        assert_eq!(shop.rows("SELECT name FROM customers ORDER BY id"), "Ada Day\nBo Li\n");
        assert_eq!(report.cancelled, 1);
    }
}

#[test]
fn woocommerce_customers_have_no_consent_to_invent() {
    let shop = Shop::new();
    let csv = "\
Name,Username,\"Last Active\",\"Sign Up\",Email,Orders,\"Total Spend\",AOV,\"Country / Region\",City,Region,\"Postal Code\"
Ada Day,ada,2025-10-07,2024-01-02 03:04:05,Ada@Example.com,2,59,29.5,FR,Paris,,75002
Guest,,2025-10-07,,,1,9,9,FR,Lyon,,69001
";
    let report = shop.import(csv, &preset("woocommerce-customers"));
    assert_eq!(
        shop.rows("SELECT * FROM customers"),
        "ada@example.com|ada@example.com|Ada Day|FR|Paris|2024-01-02T03:04:05Z\n"
    );
    assert_eq!(report.rejected_for("`Email` is missing"), 1);
}

#[test]
fn columns_that_an_older_export_lacks_are_noted() {
    let shop = Shop::new();
    let report =
        shop.import("Handle,Title\ntee,Tee\n", &preset("shopify-products").without_table("variants"));
    assert!(
        report.notes.iter().any(|n| n == "products.cost: the file has no column `Cost per item`"),
        "{:?}",
        report.notes
    );
    let missing = shop.try_import("Title\nTee\n", &preset("shopify-products"));
    assert!(matches!(missing, Err(ImportError::NoColumn { .. })), "what a table requires is not optional");
}

impl ImportSpec {
    fn without_table(mut self, name: &str) -> Self {
        self.table.remove(name);
        self
    }
}
