import { expect, test } from "vitest";
import plugin from "../../src/examples/pipeline-board/src/server.ts";
import { install } from "./setting.ts";

interface Board {
  readonly columns: readonly { readonly status: string; readonly count: number; readonly cards: readonly object[] }[];
}

async function board(host: ReturnType<typeof install>): Promise<Board> {
  const run = await host.route({ method: "GET", path: "/board" });
  expect(run).toMatchObject({ outcome: "ok", denied: {} });
  return (run.value as unknown as { body: Board }).body;
}

test("requests stand in the column of their status, whatever its case, newest first", async () => {
  const { columns } = await board(install("pipeline-board", plugin));
  expect(columns.map(({ status, count }) => [status, count])).toEqual([
    ["NEW", 2],
    ["IN_PROGRESS", 1],
    ["COMPLETED", 1],
    ["CANCELLED", 1],
  ]);
  expect(columns[0]?.cards).toMatchObject([
    { id: 1, name: "Petra Lang", service: "Office cleaning", assigned: false },
    { id: 2, name: "Thomas Berger", assigned: false },
  ]);
});

test("a card says no more than the board shows", async () => {
  const { columns } = await board(install("pipeline-board", plugin));
  for (const card of columns.flatMap(({ cards }) => cards)) {
    expect(Object.keys(card).sort()).toEqual(["assigned", "id", "name", "service", "since"]);
  }
});

test("a column counts all and shows thirty; five hundred requests are read at most", async () => {
  const requests = Array.from({ length: 620 }, (_, index) => ({
    id: index + 1,
    name: `Name ${index}`,
    service: "Cleaning",
    status: "new",
    createdAt: new Date(Date.UTC(2026, 0, 1) + index * 60_000).toISOString(),
  }));
  const host = install("pipeline-board", plugin, { seed: { requests } });
  const { columns } = await board(host);
  expect(columns[0]).toMatchObject({ count: 500 });
  expect(columns[0]?.cards).toHaveLength(30);
  expect(columns[0]?.cards[0]).toMatchObject({ id: 620 });
  expect(host.emulator.state.calls).toHaveLength(5);
});
