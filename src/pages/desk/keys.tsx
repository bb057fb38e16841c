import { DAY } from "../../domain/time.ts";
import type { KeysView } from "../../market/desk/show-keys.ts";
import { Section, Time } from "../account/form-parts.tsx";
import { Mark, Note } from "../console/parts.tsx";
import { formatCount } from "../format.ts";
import { wordsOf } from "../words/dictionary.ts";
import { DeskShell } from "./layout.tsx";
import { Table } from "./parts.tsx";
import { SHEET_WORDS } from "./people-words.ts";

/** A rotation takes days; who looks every week sees it in time. */
const SOON = 14 * DAY;

/** `/desk/keys` */
export function KeysPage({ view }: { view: KeysView }) {
  const words = wordsOf(SHEET_WORDS);
  const { now, receiptKeyId, signing, documents, peppers, roles } = view;
  return (
    <DeskShell title={words.keys} at="keys" lead={words.keysLead}>
      <Section id="receipts" title={words.receipts}>
        <p class="text-muted-foreground">{words.receiptsLead}</p>
        {receiptKeyId === null ? (
          <Note tone="bad">{words.noReceiptKey}</Note>
        ) : (
          <p class="mt-2 font-mono text-sm break-all">{receiptKeyId}</p>
        )}
      </Section>
      <Section id="leases" title={words.leases}>
        {signing.length === 0 ? (
          <p class="text-muted-foreground">{words.noKeyset}</p>
        ) : (
          <Table caption={words.leases} head={[words.purpose, words.key, words.state, words.signs, words.verifies]}>
            {signing.map((key) => (
              <tr>
                <td class="font-medium">{words.purposes[key.purpose]}</td>
                <td>
                  <code class="font-mono text-sm">{key.kid}</code>
                  <span class="block text-sm text-muted-foreground">{key.isHeld ? words.held : words.notHeld}</span>
                </td>
                <td>
                  <KeyMark signing={key} now={now} />
                </td>
                <td class="text-sm">
                  <Time at={key.signFrom} /> – <Time at={key.signUntil} />
                  {key.isCurrent && key.signUntil - now < SOON ? (
                    <span class="block font-medium text-destructive">{words.dueSoon}</span>
                  ) : null}
                </td>
                <td class="whitespace-nowrap">
                  <Time at={key.verifyUntil} />
                </td>
              </tr>
            ))}
          </Table>
        )}
        {documents.map(({ rootKid, version, expiresAt }) => (
          <p class="mt-3 text-sm text-muted-foreground">
            {words.documentsLead(formatCount(version))}, {rootKid}, {words.until} <Time at={expiresAt} />
          </p>
        ))}
      </Section>
      <Section id="peppers" title={words.peppers}>
        {peppers.length === 0 ? (
          <p class="text-muted-foreground">{words.none}</p>
        ) : (
          <ul>
            {peppers.map(({ version, count }) => (
              <li class="flex justify-between gap-4 py-1">
                <span>{words.pepper(formatCount(version))}</span>
                <span class="text-muted-foreground">{words.keysCount(formatCount(count))}</span>
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section id="updates" title={words.updates}>
        {roles.length === 0 ? (
          <p class="text-muted-foreground">{words.notFounded}</p>
        ) : (
          <Table caption={words.updates} head={[words.role, words.version, words.signatures, words.ends]}>
            {roles.map(({ name, version, endsAt, signatures }) => (
              <tr>
                <td>
                  <code class="font-mono text-sm">{name}</code>
                </td>
                <td class="whitespace-nowrap tabular-nums">{formatCount(version)}</td>
                <td class="whitespace-nowrap tabular-nums">{formatCount(signatures)}</td>
                <td class="whitespace-nowrap">
                  <Time at={endsAt} />
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Section>
    </DeskShell>
  );
}

function KeyMark({ signing, now }: { signing: KeysView["signing"][number]; now: number }) {
  const words = wordsOf(SHEET_WORDS);
  if (signing.revokedFrom !== null) return <Mark tone="bad">{words.revoked}</Mark>;
  if (signing.isCurrent) return <Mark tone="good">{words.current}</Mark>;
  return signing.signFrom > now ? <Mark tone="info">{words.next}</Mark> : <Mark tone="quiet">{words.past}</Mark>;
}
