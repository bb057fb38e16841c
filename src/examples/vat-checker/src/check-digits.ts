/** How a country writes its numbers, and which check digits they carry. */
interface Country {
  readonly form: RegExp;
  readonly holds?: (digits: readonly number[]) => boolean;
}

export type LocalVerdict = "plausible" | "wrong_check_digit" | "wrong_form" | "unknown_country";

/** `AT u 1358-5627` → `ATU13585627` */
export function normalizeVat(text: string): string {
  return text.toUpperCase().replace(/[\s.\-/]/g, "");
}

/** What can be said without asking anybody. `plausible` means: formed well, check digits right where they are known. */
export function judgeVat(number: string): LocalVerdict {
  const country = COUNTRIES[number.slice(0, 2)];
  if (country === undefined) return "unknown_country";
  const rest = number.slice(2);
  if (!country.form.test(rest)) return "wrong_form";
  if (country.holds === undefined) return "plausible";
  return country.holds([...rest.replace(/\D/g, "")].map(Number)) ? "plausible" : "wrong_check_digit";
}

/** Member states of VIES; Greece is EL there, Northern Ireland XI. */
const COUNTRIES: { readonly [code: string]: Country } = {
  AT: { form: /^U\d{8}$/, holds: (d) => last(d) === (10 - ((luhnSum(d.slice(0, 7), 1) + 4) % 10)) % 10 },
  BE: { form: /^[01]\d{9}$/, holds: (d) => 97 - (asNumber(d.slice(0, 8)) % 97) === asNumber(d.slice(8)) },
  BG: { form: /^\d{9,10}$/ },
  CY: { form: /^\d{8}[A-Z]$/ },
  CZ: { form: /^\d{8,10}$/ },
  DE: { form: /^[1-9]\d{8}$/, holds: isoMod11And10 },
  DK: { form: /^\d{8}$/, holds: (d) => weighted(d, [2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0 },
  EE: { form: /^\d{9}$/ },
  EL: { form: /^\d{9}$/ },
  ES: { form: /^[A-Z0-9]\d{7}[A-Z0-9]$/ },
  FI: { form: /^\d{8}$/, holds: (d) => (11 - (weighted(d, [7, 9, 10, 5, 8, 4, 2]) % 11)) % 11 === last(d) },
  FR: {
    form: /^[0-9A-HJ-NP-Z]{2}\d{9}$/,
    // Keys with letters follow another, unpublished rule; eleven digits show the common one.
    holds: (d) => d.length !== 11 || (12 + 3 * (asNumber(d.slice(2)) % 97)) % 97 === asNumber(d.slice(0, 2)),
  },
  HR: { form: /^\d{11}$/, holds: isoMod11And10 },
  HU: { form: /^\d{8}$/, holds: (d) => weighted(d, [9, 7, 3, 1, 9, 7, 3, 1]) % 10 === 0 },
  IE: { form: /^[0-9A-Z+*]{8,9}$/ },
  IT: { form: /^\d{11}$/, holds: (d) => last(d) === (10 - (luhnSum(d.slice(0, 10), 1) % 10)) % 10 },
  LT: { form: /^(?:\d{9}|\d{12})$/ },
  LU: { form: /^\d{8}$/, holds: (d) => asNumber(d.slice(0, 6)) % 89 === asNumber(d.slice(6)) },
  LV: { form: /^\d{11}$/ },
  MT: { form: /^\d{8}$/, holds: (d) => 37 - (weighted(d, [3, 4, 6, 7, 8, 9]) % 37) === asNumber(d.slice(6)) },
  NL: { form: /^[0-9A-Z+*]{10}\d{2}$/ },
  PL: { form: /^\d{10}$/, holds: (d) => weighted(d, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 === last(d) },
  PT: {
    form: /^\d{9}$/,
    holds: (d) => {
      const check = 11 - (weighted(d, [9, 8, 7, 6, 5, 4, 3, 2]) % 11);
      return (check > 9 ? 0 : check) === last(d);
    },
  },
  RO: { form: /^\d{2,10}$/ },
  SE: { form: /^\d{10}01$/, holds: (d) => d[9] === (10 - (luhnSum(d.slice(0, 9), 0) % 10)) % 10 },
  SI: { form: /^[1-9]\d{7}$/ },
  SK: { form: /^[1-9]\d{9}$/, holds: (d) => asNumber(d) % 11 === 0 },
  XI: { form: /^(?:\d{9}|\d{12}|GD\d{3}|HA\d{3})$/ },
};

function weighted(digits: readonly number[], weights: readonly number[]): number {
  return weights.reduce((sum, weight, index) => sum + weight * (digits[index] ?? 0), 0);
}

/** Digits at `doubled`, `doubled + 2` … count twice, with the digits of the product added up. */
function luhnSum(digits: readonly number[], doubled: number): number {
  return digits.reduce((sum, digit, index) => {
    const value = index % 2 === doubled ? digit * 2 : digit;
    return sum + (value > 9 ? value - 9 : value);
  }, 0);
}

/** ISO 7064 MOD 11,10 over all digits but the last. */
function isoMod11And10(digits: readonly number[]): boolean {
  let product = 10;
  for (const digit of digits.slice(0, -1)) {
    const sum = (digit + product) % 10 || 10;
    product = (2 * sum) % 11;
  }
  return (11 - product) % 10 === last(digits);
}

function asNumber(digits: readonly number[]): number {
  return Number(digits.join(""));
}

function last(digits: readonly number[]): number {
  return digits.at(-1) ?? Number.NaN;
}
