import { findTokens, parseToken } from "../../account/token.ts";
import { parseLicenseKey } from "../../license/key.ts";
import { findingAt, type PluginFinding, type TextFile } from "./finding.ts";

/** Shapes that are secrets and nothing else. Ours carry a checksum, so a made-up example is no finding. */
const SHAPES: readonly {
  readonly name: string;
  readonly shape: RegExp;
  readonly isReal?: (text: string) => boolean;
}[] = [
  {
    name: "a marketplace token",
    shape: /rbsm_(?:pat|ci|adm)_[0-9A-Za-z]{46}/g,
    isReal: (text) => findTokens(text).some((token) => parseToken(token) !== null),
  },
  {
    name: "a license key",
    shape: /rbsm_(?:live|test)_[0-9A-Z]{32}/g,
    isReal: (text) => parseLicenseKey(text) !== null,
  },
  { name: "an instance's secret", shape: /\b(?:ms|whs)_[0-9A-Za-z]{43}\b/g },
  {
    name: "a private key",
    shape: /-----BEGIN (?:[A-Z]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:\\[nr]|[\s"'`+,]){0,40}[A-Za-z0-9+/]{16}/g,
  },
  { name: "an AWS access key", shape: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, isReal: (text) => !text.includes("EXAMPLE") },
  { name: "a GitHub token", shape: /\b(?:gh[pousr]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{82})\b/g },
  { name: "an npm token", shape: /\bnpm_[0-9A-Za-z]{36}\b/g },
  { name: "a Slack token", shape: /\bxox[abprs]-[0-9A-Za-z-]{20,}/g },
  { name: "a Stripe key", shape: /\b[rs]k_live_[0-9A-Za-z]{24,}\b/g },
  { name: "a Google API key", shape: /\bAIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])/g },
  { name: "a SendGrid key", shape: /\bSG\.[0-9A-Za-z_-]{22}\.[0-9A-Za-z_-]{43}/g },
];

/** `apiKey: "…"`, `password = '…'`, `"client_secret": "…"`: a name that promises a secret and a value that looks drawn. */
const ASSIGNMENT =
  /(?:api[_-]?key|secret|token|passw(?:or)?d|credential|private[_-]?key)[\w-]{0,20}["'`]?\s{0,8}[:=]\s{0,8}["'`]([^"'`\s]{16,200})["'`]/gi;
const MIN_BITS_PER_CHARACTER = 3.6;
const MAX_FINDINGS = 50;

export interface FoundSecret {
  readonly text: string;
  readonly finding: PluginFinding;
}

/** Secrets of one file. A message shows the first four characters: a report must not leak what it warns of. */
export function findSecrets(file: TextFile): readonly FoundSecret[] {
  const found: FoundSecret[] = [];
  const taken = new Set<string>();
  for (const { name, shape, isReal = () => true } of SHAPES) {
    for (const { 0: text, index } of file.text.matchAll(shape)) {
      if (!isReal(text) || found.length >= MAX_FINDINGS) continue;
      taken.add(text);
      found.push({ text, finding: findingAt("secret", file, index, `holds ${name} (${text.slice(0, 4)}…)`) });
    }
  }
  for (const match of file.text.matchAll(ASSIGNMENT)) {
    const value = match[1] as string;
    if ([...taken].some((text) => value.includes(text)) || !looksDrawn(value) || found.length >= MAX_FINDINGS) continue;
    const index = match.index + match[0].lastIndexOf(value);
    const message = `may hold a secret (${value.slice(0, 4)}…)`;
    found.push({ text: value, finding: findingAt("secret_suspected", file, index, message) });
  }
  return found;
}

function looksDrawn(value: string): boolean {
  const isWord = !/[0-9]/.test(value) || /^[a-z]+(?:[-_./:][a-z0-9]+)*$/.test(value) || value.includes("${");
  return !isWord && bitsPerCharacter(value) >= MIN_BITS_PER_CHARACTER;
}

/** Shannon entropy of a text's own characters. */
export function bitsPerCharacter(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
