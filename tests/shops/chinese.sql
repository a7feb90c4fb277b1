-- A Chinese shop: names of tables and columns in Chinese, times as texts and as Unix seconds.
CREATE TABLE 客户 (客户编号 INTEGER PRIMARY KEY, 姓名 TEXT, 邮箱 TEXT, 城市 TEXT, 注册时间 TEXT, 订阅 INTEGER);
CREATE TABLE 商品 (商品编号 INTEGER PRIMARY KEY, 名称 TEXT, 类别 TEXT, 品牌 TEXT, 价格 REAL, 库存 INTEGER);
CREATE TABLE 订单明细 (订单号 TEXT, 客户编号 INTEGER, 商品编号 INTEGER, 数量 INTEGER, 单价 REAL, 下单时间 TEXT);
CREATE TABLE 浏览记录 (客户编号 INTEGER, 商品编号 INTEGER, 浏览时间 INTEGER);
INSERT INTO 客户 VALUES (1, '王芳', 'wang@x.example', '上海', '2026-01-02', 1), (2, '李雷', 'li@x.example', '北京', '2026-02-03', 0);
INSERT INTO 商品 VALUES (7, '杯子', '家居', '净和', 39.0, 5), (8, '帐篷', '户外', '山野', 639.0, 2);
INSERT INTO 订单明细 VALUES ('D1', 1, 7, 2, 39.0, '2026-10-01 08:26'), ('D2', 2, 8, 1, 639.0, '2026-10-02 09:00');
INSERT INTO 浏览记录 VALUES (1, 8, 1790000000), (2, 7, 1790000100);
