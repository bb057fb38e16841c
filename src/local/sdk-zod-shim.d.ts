// The few names of zod that declarations of the SDK mention, so that its types need no package. Outputs only.
interface ZodType<Output = unknown> {
  readonly _output: Output;
}
export type output<T> = T extends { readonly _output: infer Output } ? Output : never;
export interface ZodString extends ZodType<string> {}
export type input<T> = output<T>;
export interface ZodNumber extends ZodType<number> {}
export interface ZodNull extends ZodType<null> {}
export interface ZodInt extends ZodType<number> {}
export interface ZodBoolean extends ZodType<boolean> {}
export interface ZodLiteral<T> extends ZodType<T> {}
export interface ZodEnum<T> extends ZodType<T[keyof T]> {}
export interface ZodArray<T> extends ZodType<output<T>[]> {}
export interface ZodNullable<T> extends ZodType<output<T> | null> {}
export interface ZodDefault<T> extends ZodType<output<T>> {}
export interface ZodExactOptional<T> extends ZodType<output<T>> {
  readonly _optional: true;
}
export interface ZodOptional<T> extends ZodType<output<T> | undefined> {
  readonly _optional: true;
}
export interface ZodRecord<K, V> extends ZodType<Record<output<K> & PropertyKey, output<V>>> {}
export interface ZodUnion<T extends readonly unknown[]> extends ZodType<output<T[number]>> {}
export interface ZodDiscriminatedUnion<T extends readonly unknown[], _K = string> extends ZodType<output<T[number]>> {}
type Optional<S> = { [K in keyof S]: S[K] extends { readonly _optional: true } ? K : never }[keyof S];
type Flat<T> = { [K in keyof T]: T[K] };
export interface ZodObject<S, _C = unknown>
  extends ZodType<
    Flat<{ [K in Exclude<keyof S, Optional<S>>]: output<S[K]> } & { [K in Optional<S>]?: output<S[K]> }>
  > {}
export declare namespace core {
  type $strict = { readonly strict: true };
}
