import { copyRows, type Database, inSteps } from "./copy-rows.ts";

const COPIES_AT_ONCE = 2_000;
const OFFSET = 1_000_000;
const NUMBER = "cast(n.i as integer)";
/** Every tenth category, every fourth type; fifty of the first thousand carry a word that no other does. */
const CATEGORY = `json_extract('["requests","customers","appointments","notifications","automation","reporting","finance","communication","integration","other"]', '$[' || (${NUMBER} / 4 % 10) || ']')`;
const TYPE = `json_extract('["mixed","ui","api","automation"]', '$[' || (${NUMBER} % 4) || ']')`;
const NAME = `iif(${NUMBER} <= 1000 and ${NUMBER} % 20 = 0, 'rarely-', 'copy-') || ${NUMBER}`;
const DISPLAY = `iif(${NUMBER} <= 1000 and ${NUMBER} % 20 = 0, 'Rarely ', 'Copy ') || ${NUMBER}`;
/** A hundred plugins need one other each, the same at every size. */
const MANIFEST = `iif(${NUMBER} between 601 and 799 and ${NUMBER} % 2 = 1,
  json_set(t.manifest, '$.dependencies', json_object('copy-' || (${NUMBER} + 200), '*')), t.manifest)`;

/** Copies the first plugin until the catalogue and the search database hold `count` of them, rows as publication leaves them. */
export async function growPlugins(db: Database, search: Database, count: number): Promise<void> {
  const have = (await db.prepare("select count(*) as n from plugins").first<{ n: number }>())?.n ?? 0;
  await inSteps(have, count, COPIES_AT_ONCE, async (range) => {
    const id = `${OFFSET} + n.i`;
    const plugin = {
      id,
      uuid: `'00000000-0000-4000-8000-' || printf('%012d', ${NUMBER})`,
      name: NAME,
      display_name: DISPLAY,
      type: TYPE,
      category: CATEGORY,
      downloads: "cast(abs(random()) % 100000 as integer)",
      latest_release_id: id,
    };
    await copyRows(db, "plugins", plugin, "t.id = 1", range);
    const release = { id, plugin_id: id, sequence: "null", manifest: MANIFEST };
    await copyRows(db, "releases", release, "t.id = (select latest_release_id from plugins where id = 1)", range);
    // Their cards are copied as well: nothing is due.
    await db.prepare("delete from search_outbox").run();
    await copyCards(search, id, range);
  });
  await db.prepare("analyze").run();
}

async function copyCards(search: Database, id: string, range: { from: number; to: number }): Promise<void> {
  const card = {
    id,
    name: NAME,
    folded: `${NAME} || char(10) || lower(${DISPLAY})`,
    display_folded: `lower(${DISPLAY})`,
    type: TYPE,
    category: CATEGORY,
    downloads: "cast(abs(random()) % 100000 as integer)",
    rank: "abs(random() % 1000000) / 1e7",
  };
  await copyRows(search, "cards", card, "t.id = 1", range);
  const numbers = `with recursive n(i) as (select ${range.from + 1} union all select i + 1 from n where i < ${range.to})`;
  await search
    .prepare(
      `${numbers} insert into words (rowid, name, display, tags, summary, publisher, readme)
       select ${id}, ${NAME}, ${DISPLAY}, '', 'One of many plugins.', 'bench', '' from n`,
    )
    .run();
  await search
    .prepare(
      `${numbers} insert into grams (rowid, name, display, summary)
       select ${id}, ${NAME}, lower(${DISPLAY}), 'one of many plugins.' from n`,
    )
    .run();
}
