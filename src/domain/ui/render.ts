import { type Block, type BlockOf, isPluginLink, type View } from "./blocks.ts";
import { renderChart } from "./chart.ts";
import { escapeHtml } from "./escape.ts";

export interface RenderOptions {
  /** Where forms are posted and links of the plugin lead; relative or absolute, without a query. */
  readonly address: string;
  /** The route that is shown, kept by forms so that it is shown again. */
  readonly route: string;
}

/** Names of form members that are ours; a plugin's field cannot have a hyphen in its name. */
export const ACTION_FIELD = "rbsm-action";
export const ROUTE_FIELD = "rbsm-route";

/** A view as HTML: every text escaped, no script, no style, no address but https and the plugin's own routes. */
export function renderView({ blocks, title }: View, options: RenderOptions): string {
  const heading = title === undefined ? "" : `<h1>${escapeHtml(title)}</h1>`;
  return `<div class="rbsm-view">${heading}${renderBlocks(blocks, options)}</div>`;
}

export function renderBlocks(blocks: readonly Block[], options: RenderOptions): string {
  return blocks.map((block) => renderBlock(block, options)).join("");
}

function renderBlock(block: Block, options: RenderOptions): string {
  switch (block.type) {
    case "heading":
      return `<h${block.level}>${escapeHtml(block.text)}</h${block.level}>`;
    case "text":
      return `<p class="rbsm-text rbsm-${block.tone}">${lines(block.text)}</p>`;
    case "alert":
      return renderAlert(block);
    case "stats":
      return renderStats(block);
    case "table":
      return renderTable(block, options);
    case "chart":
      return renderChart(block);
    case "form":
      return renderForm(block, options);
    case "button":
      return renderButton(block, options);
    case "link":
      return `<p>${renderLink(block.text, block.href, options)}</p>`;
    case "columns":
      return `<div class="rbsm-columns">${block.columns.map((column) => `<div>${renderBlocks(column, options)}</div>`).join("")}</div>`;
    case "tabs":
      return `<div class="rbsm-tabs">${block.tabs.map(({ title, blocks }, index) => `<details${index === 0 ? " open" : ""}><summary>${escapeHtml(title)}</summary>${renderBlocks(blocks, options)}</details>`).join("")}</div>`;
  }
}

function renderAlert({ tone, title, text }: BlockOf<"alert">): string {
  const heading = title === undefined ? "" : `<strong>${escapeHtml(title)}</strong> `;
  return `<div class="rbsm-alert rbsm-${tone}" role="${tone === "error" ? "alert" : "status"}">${heading}${lines(text)}</div>`;
}

function renderStats({ items }: BlockOf<"stats">): string {
  const shown = items.map(({ label, value, note, tone }) => {
    const small = note === undefined ? "" : `<small>${escapeHtml(note)}</small>`;
    return `<div class="rbsm-${tone}"><dt>${escapeHtml(label)}</dt><dd>${escapeHtml(String(value))}${small}</dd></div>`;
  });
  return `<dl class="rbsm-stats">${shown.join("")}</dl>`;
}

function renderTable({ caption, columns, rows, empty }: BlockOf<"table">, options: RenderOptions): string {
  if (rows.length === 0) return `<p class="rbsm-empty">${escapeHtml(empty)}</p>`;
  const head = columns.map(({ label, align }) => `<th scope="col" class="rbsm-${align}">${escapeHtml(label)}</th>`);
  const body = rows.map((row) => {
    const cells = columns.map(({ key, align }) => {
      const cell = Object.hasOwn(row, key) ? (row[key] ?? null) : null;
      const shown =
        typeof cell === "object" && cell !== null
          ? renderLink(cell.text, cell.href, options)
          : escapeHtml(cell === null ? "" : String(cell));
      return `<td class="rbsm-${align}">${shown}</td>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  const above = caption === undefined ? "" : `<caption>${escapeHtml(caption)}</caption>`;
  return `<div class="rbsm-scroll"><table>${above}<thead><tr>${head.join("")}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}

function renderForm({ action, fields, submit }: BlockOf<"form">, options: RenderOptions): string {
  const shown = fields.map((field) => {
    const help = field.help === undefined ? "" : `<small>${escapeHtml(field.help)}</small>`;
    const label = `<span>${escapeHtml(field.label)}</span>`;
    if (field.kind === "checkbox") return `<label class="rbsm-check">${renderField(field)} ${label}${help}</label>`;
    return `<label>${label}${renderField(field)}${help}</label>`;
  });
  return `${openForm(action, options)}${shown.join("")}<button class="rbsm-primary">${escapeHtml(submit)}</button></form>`;
}

function renderField(field: BlockOf<"form">["fields"][number]): string {
  const { name, kind, value = null, required } = field;
  const about = `name="${name}"${required ? " required" : ""}`;
  const text = value === null ? "" : String(value);
  if (kind === "textarea") return `<textarea ${about} rows="4">${escapeHtml(text)}</textarea>`;
  if (kind === "checkbox") return `<input type="checkbox" ${about} value="true"${value === true ? " checked" : ""}>`;
  if (kind === "number") return `<input type="number" step="any" ${about} value="${escapeHtml(text)}">`;
  if (kind !== "select") return `<input type="${kind}" ${about} value="${escapeHtml(text)}">`;
  const options = (field.options ?? []).map(
    (option) =>
      `<option value="${escapeHtml(option.value)}"${option.value === text ? " selected" : ""}>${escapeHtml(option.label)}</option>`,
  );
  return `<select ${about}>${options.join("")}</select>`;
}

function renderButton({ text, action, values = {}, tone }: BlockOf<"button">, options: RenderOptions): string {
  const hidden = Object.entries(values).map(([name, value]) => hiddenField(name, value));
  return `${openForm(action, options)}${hidden.join("")}<button class="rbsm-${tone}">${escapeHtml(text)}</button></form>`;
}

function openForm(action: BlockOf<"form">["action"], { address, route }: RenderOptions): string {
  const target = hiddenField(ACTION_FIELD, `${action.method} ${action.path}`);
  return `<form class="rbsm-form" method="post" action="${escapeHtml(address)}">${target}${hiddenField(ROUTE_FIELD, route)}`;
}

function hiddenField(name: string, value: string): string {
  return `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`;
}

function renderLink(text: string, href: string, { address }: RenderOptions): string {
  if (isPluginLink(href))
    return `<a href="${escapeHtml(`${address}?${ROUTE_FIELD}=${encodeURIComponent(href)}`)}">${escapeHtml(text)}</a>`;
  return `<a href="${escapeHtml(href)}" target="_blank" rel="noopener noreferrer nofollow">${escapeHtml(text)}</a>`;
}

function lines(text: string): string {
  return escapeHtml(text).replaceAll("\n", "<br>");
}
