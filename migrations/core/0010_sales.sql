-- Orders, what payment providers said about them, invoices, coupons, sellers. Money is minor units of `currency`; every
-- *_at and *_until is Unix seconds UTC.
CREATE TABLE orders (
  id TEXT PRIMARY KEY,                    -- ord_ + 26 Crockford characters (130 random bits): whoever holds it may look
  instance_id INTEGER NOT NULL REFERENCES instances (id) ON DELETE RESTRICT,
  user_id TEXT NOT NULL,
  plugin_id INTEGER NOT NULL REFERENCES plugins (id) ON DELETE RESTRICT,
  publisher_id INTEGER NOT NULL REFERENCES publishers (id) ON DELETE RESTRICT,
  tier TEXT NOT NULL CHECK (tier IN ('basic', 'premium', 'enterprise')),
  kind TEXT NOT NULL CHECK (kind IN ('new', 'renew', 'upgrade', 'convert')),
  term_days INTEGER,                      -- NULL: no end
  list_price INTEGER NOT NULL,
  discount INTEGER NOT NULL DEFAULT 0,
  amount INTEGER NOT NULL,                -- list_price - discount, fixed when the order was made
  currency TEXT NOT NULL,                 -- ISO 4217
  coupon_id INTEGER REFERENCES coupons (id) ON DELETE RESTRICT,
  provider TEXT NOT NULL CHECK (provider IN ('manual', 'stripe')),
  session_id TEXT,                        -- the provider's page for paying, opened last
  session_url TEXT,
  session_until INTEGER,
  sessions INTEGER NOT NULL DEFAULT 0,
  payment_ref TEXT,                       -- what the provider calls the payment: refunds and disputes name it
  refunded INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'open'
    CHECK (state IN ('open', 'failed', 'paid', 'disputed', 'refunded', 'charged_back', 'cancelled')),
  attention TEXT,                         -- why a person must look: money without effect
  license_id INTEGER REFERENCES licenses (id) ON DELETE RESTRICT,
  auto_renew INTEGER NOT NULL DEFAULT 0,  -- before its license ends, the next order is made
  billing TEXT,                           -- JSON: whom the invoice names
  created_by TEXT NOT NULL,               -- instance:<id> or account:<id>
  rev INTEGER NOT NULL DEFAULT 0,         -- +1 with every payment event
  last_op TEXT NOT NULL DEFAULT '',       -- the act that wrote an event last; its invoice and webhook follow in the same batch
  applied_rev INTEGER NOT NULL DEFAULT 0, -- the rev whose state the license follows
  fulfilled_at INTEGER,                   -- the license got what was bought
  collected_at INTEGER,                   -- the host took its license with its own call
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,            -- unpaid until then: cancelled
  paid_at INTEGER,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX orders_one_open ON orders (instance_id, user_id, plugin_id, tier) WHERE state IN ('open', 'failed');
CREATE UNIQUE INDEX orders_license_open ON orders (license_id) WHERE state IN ('open', 'failed');
CREATE INDEX orders_instance ON orders (instance_id, created_at);
CREATE INDEX orders_buyer ON orders (instance_id, user_id, plugin_id, tier);
CREATE INDEX orders_publisher ON orders (publisher_id, created_at);
CREATE INDEX orders_license ON orders (license_id);
CREATE INDEX orders_payment ON orders (provider, payment_ref);
CREATE INDEX orders_coupon ON orders (coupon_id) WHERE coupon_id IS NOT NULL;
CREATE INDEX orders_unapplied ON orders (updated_at) WHERE applied_rev < rev;
CREATE INDEX orders_waiting ON orders (expires_at) WHERE state IN ('open', 'failed');
CREATE INDEX licenses_renewing ON licenses (expires_at) WHERE auto_renew = 1;

CREATE TABLE payment_events (             -- append-only; an order's state follows from its events alone
  provider TEXT NOT NULL CHECK (provider IN ('manual', 'stripe')),
  event_id TEXT NOT NULL,                 -- the provider's: the same one again changes nothing
  order_id TEXT REFERENCES orders (id) ON DELETE RESTRICT,
  payment_ref TEXT,
  kind TEXT NOT NULL CHECK (kind IN ('paid', 'failed', 'refunded', 'partly_refunded', 'dispute_opened', 'dispute_won', 'dispute_lost', 'cancelled')),
  at INTEGER NOT NULL,                    -- when it happened for the provider: events count in this order, not as they arrive
  amount INTEGER,
  currency TEXT,
  note TEXT NOT NULL DEFAULT '',
  actor TEXT NOT NULL,                    -- stripe, account:<id>, instance:<id>, system
  received_at INTEGER NOT NULL,
  PRIMARY KEY (provider, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX payment_events_order ON payment_events (order_id);
CREATE INDEX payment_events_payment ON payment_events (payment_ref) WHERE payment_ref IS NOT NULL;

CREATE TABLE invoices (                   -- numbered without gaps per publisher; never changed, a refund gets a credit note
  publisher_id INTEGER NOT NULL REFERENCES publishers (id) ON DELETE RESTRICT,
  number INTEGER NOT NULL,
  id TEXT NOT NULL UNIQUE,                -- inv_ + 26 Crockford characters
  order_id TEXT NOT NULL REFERENCES orders (id) ON DELETE RESTRICT,
  kind TEXT NOT NULL CHECK (kind IN ('invoice', 'credit')),
  amount INTEGER NOT NULL,
  currency TEXT NOT NULL,
  document TEXT NOT NULL,                 -- JSON: seller, buyer and line as they were
  issued_at INTEGER NOT NULL,
  PRIMARY KEY (publisher_id, number),
  UNIQUE (order_id, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE sellers (                    -- what a publisher's invoices and payment instructions say
  publisher_id INTEGER PRIMARY KEY REFERENCES publishers (id) ON DELETE RESTRICT,
  legal_name TEXT NOT NULL,
  address TEXT NOT NULL,
  tax_id TEXT NOT NULL DEFAULT '',
  tax_note TEXT NOT NULL DEFAULT '',
  instructions TEXT NOT NULL DEFAULT '',
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE coupons (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  publisher_id INTEGER NOT NULL REFERENCES publishers (id) ON DELETE RESTRICT,
  code TEXT NOT NULL,
  plugin_id INTEGER REFERENCES plugins (id) ON DELETE RESTRICT,
  percent_off INTEGER,
  amount_off INTEGER,
  max_redemptions INTEGER,                -- NULL: as often as asked; orders that were cancelled do not count
  expires_at INTEGER,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (publisher_id, code)
) STRICT;
