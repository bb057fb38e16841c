import * as z from "zod";

const BASE64URL = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/)
  .max(16_384);

/** What `@simplewebauthn/browser` sends: `RegistrationResponseJSON` and `AuthenticationResponseJSON`, the members that are looked at. */
export const CEREMONY_ANSWER = z.object({
  id: BASE64URL.max(1_366),
  rawId: BASE64URL.max(1_366),
  type: z.literal("public-key"),
  authenticatorAttachment: z.string().max(40).optional(),
  clientExtensionResults: z.record(z.string().max(40), z.json()).default({}),
  response: z
    .record(z.string().max(60), z.json())
    .refine((response) => BASE64URL.safeParse(response.clientDataJSON).success),
});
