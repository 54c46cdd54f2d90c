"""Words that columns are called by in English, German and Chinese exports."""

from __future__ import annotations

from clvlab import schema

SYNONYMS: dict[str, str] = {
    schema.CUSTOMER_ID: """
        customerid customer customernumber customerno customernr custid clientid client
        userid user memberid member householdid accountid buyerid shopperid contactid
        kundennummer kundennr kundenid kunde kundeid kdnr debitor debitorennummer
        客户编号 客户id 客户号 客户 客户代码 会员编号 会员id 会员号 会员 用户id
        用户编号 顾客编号 顾客id
    """,
    schema.DATE: """
        date orderdate invoicedate purchasedate transactiondate transactiontimestamp
        timestamp orderedat createdat orderpurchasetimestamp datetime day ordertime
        purchasetime saledate
        datum bestelldatum rechnungsdatum kaufdatum belegdatum buchungsdatum
        auftragsdatum tag
        日期 下单时间 订单日期 购买日期 交易日期 交易时间 下单日期 消费日期 支付时间
        付款时间
    """,
    schema.AMOUNT: """
        amount totalamount total orderamount ordertotal revenue sales salesvalue value
        transactionvalue dollarvalue spend paymentvalue turnover netamount linetotal
        grossamount
        betrag umsatz gesamtbetrag summe rechnungsbetrag nettobetrag nettoumsatz
        bruttobetrag gesamtpreis
        金额 订单金额 消费金额 交易金额 销售额 支付金额 实付金额 总金额 付款金额
    """,
    "order_id": """
        orderid order ordernumber orderno invoice invoiceno invoicenumber invoiceid
        transactionid basketid receiptid receiptnumber
        bestellnummer auftragsnummer rechnungsnummer belegnummer bonnummer
        订单编号 订单号 订单id 发票号 交易编号
    """,
    "quantity": """
        quantity qty units itemcount
        menge anzahl stückzahl
        数量 件数 购买数量
    """,
    "margin": """
        margin grossmargin contribution
        deckungsbeitrag marge
        毛利 利润
    """,
    "product": """
        product productid productname stockcode sku item itemid articlenumber
        artikel artikelnummer produkt
        商品 产品 商品编号 产品编号 商品id
    """,
    "category": """
        category productcategory
        kategorie warengruppe
        类别 品类 商品类别
    """,
    "channel": """
        channel saleschannel
        kanal vertriebsweg vertriebskanal
        渠道 销售渠道
    """,
    "region": """
        region
        gebiet
        地区 区域
    """,
    "currency": """
        currency currencycode
        währung
        币种 货币
    """,
}
"""Contract name to the words for it, the likelier first, without spaces and signs."""

PRICES = "price unitprice itemprice pricepaid preis einzelpreis stückpreis 单价 价格 商品单价"
"""Words for the price of one piece."""
