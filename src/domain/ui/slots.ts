/** What a plugin's manifest says of its pages, widgets and settings panel. */
export interface DeclaredUi {
  readonly pages?: readonly {
    readonly id: string;
    readonly title: string;
    readonly view: SlotView;
    readonly hostPermission?: string;
  }[];
  readonly widgets?: readonly {
    readonly id: string;
    readonly title: string;
    readonly view: SlotView;
    readonly size: string;
    readonly refreshSeconds?: number;
  }[];
  readonly settingsPanel?: { readonly view: SlotView };
}
/** One of both. */
export interface SlotView {
  readonly file?: string;
  readonly route?: string;
}

export interface Slot {
  /** `page.board`, `widget.board` or `settings`. */
  readonly name: string;
  readonly title: string;
  readonly view: SlotView;
  readonly hostPermission?: string;
  readonly refreshSeconds?: number;
}

export const SLOT_NAME = /^(?:(?:page|widget)\.[a-z][a-z0-9-]{0,39}|settings)$/;

/** The slot of that name; null = the plugin has none. */
export function findSlot(ui: DeclaredUi | null | undefined, name: string): Slot | null {
  if (ui === null || ui === undefined) return null;
  if (name === "settings")
    return ui.settingsPanel === undefined ? null : { name, title: "Settings", view: ui.settingsPanel.view };
  const [group, id] = name.split(".");
  const found = (group === "page" ? ui.pages : ui.widgets)?.find((one) => one.id === id);
  return found === undefined ? null : { ...found, name };
}
