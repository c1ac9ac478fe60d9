/** Named mappings of files people really have. Kept as data: a preset can do nothing that a mapping cannot. */

/**
 * UCI Online Retail: a British gift shop, December 2010 to December 2011, one row per line of an invoice. Cancelled invoices
 * begin with C, bookings of bad debt with A; rows without a customer are sales to nobody known. Amounts are pounds.
 */
const onlineRetail = {
  columns: {
    invoice: 'InvoiceNo',
    product: 'StockCode',
    description: 'Description',
    quantity: 'Quantity',
    occurredAt: { column: 'InvoiceDate', format: 'yyyy-MM-dd HH:mm:ss' },
    unitPrice: 'UnitPrice',
    customer: 'CustomerID',
    country: 'Country',
    currency: { constant: 'GBP' },
  },
  zone: 'UTC',
  options: { source: 'online-retail', namespace: 'user', returnPrefix: 'C', adjustmentPrefix: 'A' },
};

export const ORDER_LINE_PRESETS = {
  'online-retail': onlineRetail,
  /** The same table as its spreadsheet writes dates: 12/1/2010 8:26. */
  'online-retail-us-dates': {
    ...onlineRetail,
    columns: { ...onlineRetail.columns, occurredAt: { column: 'InvoiceDate', format: 'M/d/yyyy H:mm' } },
  },
};
