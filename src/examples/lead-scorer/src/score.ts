/** What is known about a request when it is rated. */
export interface Lead {
  readonly email: string;
  readonly phone: string | null;
  readonly service: string;
  readonly message: string;
  readonly isCustomer: boolean;
}

export interface Score {
  /** 0–100 */
  readonly points: number;
  readonly grade: "hot" | "warm" | "cold";
  /** Sentences for the person who calls back, most telling first. */
  readonly reasons: readonly string[];
}

export const HOT_FROM = 60;
const WARM_FROM = 30;
const LARGE_AREA_SQUARE_METERS = 200;

interface Rule {
  readonly points: number;
  readonly reason: string;
  readonly applies: (lead: Lead, text: string) => boolean;
}

/** Words are looked for in German and English: requests come in both. */
const RULES: readonly Rule[] = [
  { points: 25, reason: "Is a customer already", applies: (lead) => lead.isCustomer },
  {
    points: 20,
    reason: "Wants work again and again, not once",
    applies: (_, text) =>
      /\b(daily|weekly|monthly|regular|contract|maintenance|t\u00e4glich|w\u00f6chentlich|monatlich|regelm\u00e4\u00dfig|vertrag|wartung)/.test(
        text,
      ),
  },
  {
    points: 20,
    reason: `Names an area of at least ${LARGE_AREA_SQUARE_METERS} m\u00b2`,
    applies: (_, text) => largestArea(text) >= LARGE_AREA_SQUARE_METERS,
  },
  {
    points: 15,
    reason: "Is in a hurry",
    applies: (_, text) =>
      /\b(urgent|asap|today|tomorrow|this week|next week|dringend|sofort|heute|morgen|diese woche)\b/.test(text),
  },
  {
    points: 15,
    reason: "Asks for an offer or an appointment",
    applies: (_, text) => /\b(offer|quote|appointment|visit|angebot|termin|besichtigung)/.test(text),
  },
  {
    points: 10,
    reason: "Asks for one of the larger services",
    applies: (lead) => /facility|office|b\u00fcro|hausverwaltung|consult|beratung/i.test(lead.service),
  },
  { points: 10, reason: "Writes from a company address", applies: (lead) => !isFreeMailer(lead.email) },
  {
    points: 10,
    reason: "Can be reached by phone",
    applies: (lead) => (lead.phone ?? "").replace(/\D/g, "").length >= 6,
  },
  { points: 5, reason: "Describes the job in detail", applies: (lead) => lead.message.length >= 80 },
  { points: -30, reason: "Contains links", applies: (_, text) => /https?:\/\/|www\./.test(text) },
  {
    points: -60,
    reason: "Reads like advertising",
    applies: (_, text) => /\b(seo|backlinks?|casino|crypto|cheap leads|click here|unsubscribe)\b/.test(text),
  },
];

/** Rates a lead. The same lead always gets the same score. */
export function scoreLead(lead: Lead, hotFrom = HOT_FROM): Score {
  const text = lead.message.toLowerCase();
  const matched = RULES.filter((rule) => rule.applies(lead, text));
  const sum = matched.reduce((total, rule) => total + rule.points, 0);
  const points = Math.min(100, Math.max(0, sum));
  const reasons = [...matched].sort((a, b) => Math.abs(b.points) - Math.abs(a.points)).map((rule) => rule.reason);
  return { points, grade: points >= hotFrom ? "hot" : points >= WARM_FROM ? "warm" : "cold", reasons };
}

/** Square meters; `1,200 m2`, `1.200 qm` and `80 sqm` all count. */
function largestArea(text: string): number {
  const areas = [...text.matchAll(/(\d[\d.,]*)\s*(?:m\u00b2|m2|qm|sqm|square met)/g)];
  return Math.max(0, ...areas.map(([, number = ""]) => Number(number.replace(/[.,](?=\d{3})/g, "").replace(",", "."))));
}

function isFreeMailer(email: string): boolean {
  const domain = email.toLowerCase().split("@")[1] ?? "";
  return /^(gmail|googlemail|gmx|web|outlook|hotmail|yahoo|icloud|aon|chello|t-online|freenet|proton|protonmail)\./.test(
    domain,
  );
}
