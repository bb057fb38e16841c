import { consolePaths } from "../../contract/console/paths.ts";
import type { SettingField } from "../../domain/execution/settings.ts";
import type { Json, JsonObject } from "../../domain/json/json.ts";
import type { InstalledRow } from "../../market/console/ports.ts";
import type { SettingsView } from "../../market/execution/settings.ts";
import { Act, Section, Time } from "../account/form-parts.tsx";
import type { FormProblem } from "./form-problem.ts";
import { ConsoleShell } from "./layout.tsx";
import { describedBy, ErrorSummary, HintAndFault, Input, LinkButton, Mark, Note } from "./parts.tsx";
import { fieldName } from "./settings-values.ts";

interface SettingsProps {
  readonly row: InstalledRow;
  readonly view: SettingsView;
  /** As typed, after a refusal. */
  readonly typed?: JsonObject | undefined;
  readonly problem?: FormProblem | undefined;
  readonly isSaved?: boolean;
}

/** `/console/plugins/{act}/settings`: the form that the manifest describes. */
export function SettingsPage({ row, view, typed, problem, isSaved = false }: SettingsProps) {
  const plain = view.fields.filter(({ type }) => type !== "secret");
  const secrets = view.fields.filter(({ type }) => type === "secret");
  const values = typed ?? view.values;
  return (
    <ConsoleShell
      title={`Settings of ${row.plugin.displayName}`}
      at="plugins"
      lead={
        <>
          Version {view.version} on {row.instance.name}
          {view.updatedAt === undefined ? "" : ", last changed "}
          {view.updatedAt === undefined ? null : <Time at={view.updatedAt} />}
        </>
      }
      actions={
        <LinkButton href={consolePaths.plugin(row.activationId)} isQuiet>
          Back to the plugin
        </LinkButton>
      }
    >
      {isSaved ? (
        <div role="status">
          <Note tone="good">Saved. The next run uses it.</Note>
        </div>
      ) : null}
      <ErrorSummary problem={problem} />
      {view.fields.length === 0 ? <Note tone="quiet">This plugin has nothing to set.</Note> : null}
      {plain.length === 0 ? null : (
        <form
          class="card mt-8 grid grid-cols-1 gap-5 p-6"
          method="post"
          action={consolePaths.settings(row.activationId)}
        >
          {plain.map((field) => (
            <Setting field={field} value={values[field.key]} problem={problem} />
          ))}
          <div>
            <button type="submit" class="button">
              Save
            </button>
          </div>
        </form>
      )}
      {secrets.length === 0 ? null : (
        <Section id="secrets" title="Secrets">
          <p class="text-muted-foreground">Kept sealed. They can be replaced or removed, but never read again.</p>
          <ul class="mt-2 divide-y divide-border">
            {secrets.map((field) => (
              <Secret
                row={row}
                field={field}
                state={view.secrets.find(({ key }) => key === field.key)}
                problem={problem}
              />
            ))}
          </ul>
        </Section>
      )}
    </ConsoleShell>
  );
}

function Secret({
  row,
  field,
  state,
  problem,
}: {
  row: InstalledRow;
  field: SettingField;
  state: SettingsView["secrets"][number] | undefined;
  problem: FormProblem | undefined;
}) {
  const isSet = state?.isSet === true;
  return (
    <li class="py-4">
      <p class="flex flex-wrap items-center gap-2 text-sm">
        <span class="font-medium">{field.label}</span>
        {isSet ? <Mark tone="good">Set</Mark> : <Mark tone={field.required ? "warn" : "quiet"}>Not set</Mark>}
        {state?.updatedAt === undefined ? null : <Time at={state.updatedAt} />}
      </p>
      <div class="mt-2 flex flex-wrap items-end gap-3">
        <form
          class="flex min-w-0 flex-1 basis-72 flex-wrap items-end gap-3"
          method="post"
          action={consolePaths.secret(row.activationId)}
        >
          <input type="hidden" name="key" value={field.key} />
          <div class="min-w-0 flex-1 basis-48">
            <Input
              id={fieldName(field.key)}
              label={`New value of ${field.label}`}
              type="password"
              max={4096}
              hint={field.help}
              problem={problem}
            />
          </div>
          <button type="submit" class="button button-quiet shrink-0">
            {isSet ? "Replace" : "Set"}
          </button>
        </form>
        {isSet ? (
          <Act to={consolePaths.secret(row.activationId)} fields={{ key: field.key, drop: "1" }}>
            Remove
          </Act>
        ) : null}
      </div>
    </li>
  );
}

function Setting({
  field,
  value,
  problem,
}: {
  field: SettingField;
  value: Json | undefined;
  problem: FormProblem | undefined;
}) {
  const { type, label, help, required, default: initial } = field;
  const id = fieldName(field.key);
  const fault = problem?.errors.find((error) => error.field === id)?.text;
  const described = describedBy(id, help, fault);
  if (type === "boolean")
    return (
      <div>
        <label class="flex min-h-11 cursor-pointer items-center gap-3">
          <input
            id={id}
            type="checkbox"
            class="size-5"
            name={id}
            value="true"
            checked={value === true}
            aria-describedby={described}
          />
          <span class="text-sm font-medium">{label}</span>
        </label>
        <HintAndFault id={id} hint={help} fault={fault} />
      </div>
    );
  if (type === "select" || type === "multiselect")
    return (
      <div>
        <label class="block text-sm font-medium" for={id}>
          {label}
        </label>
        <select
          id={id}
          name={id}
          class="field mt-1.5"
          multiple={type === "multiselect"}
          aria-describedby={described}
          aria-invalid={fault === undefined ? undefined : "true"}
        >
          {type === "select" && required !== true && initial === undefined ? <option value="">–</option> : null}
          {(field.options ?? []).map((option) => (
            <option
              value={option.value}
              selected={Array.isArray(value) ? value.includes(option.value) : value === option.value}
            >
              {option.label}
            </option>
          ))}
        </select>
        <HintAndFault id={id} hint={help} fault={fault} />
      </div>
    );
  const text = value === undefined || value === null ? "" : String(value);
  if (type === "text" && (text.includes("\n") || Number(field.max ?? 2000) > 200))
    return (
      <div>
        <label class="block text-sm font-medium" for={id}>
          {label}
        </label>
        <textarea
          id={id}
          name={id}
          class="field mt-1.5 min-h-24"
          rows={3}
          maxlength={2000}
          aria-describedby={described}
          aria-invalid={fault === undefined ? undefined : "true"}
        >
          {text}
        </textarea>
        <HintAndFault id={id} hint={help} fault={fault} />
      </div>
    );
  return (
    <Input
      id={id}
      label={label}
      type={type === "email" ? "email" : type === "url" ? "url" : type === "integer" ? "number" : "text"}
      value={text}
      max={2000}
      hint={help}
      isRequired={required === true && initial === undefined}
      problem={problem}
    />
  );
}
