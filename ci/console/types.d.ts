// Types that the JavaScript of the console may name anywhere; nothing of this is shipped.
import type { components } from "../../.cache/console/api.d.ts";

declare global {
  /** A message of the API by its name in `/openapi.json`. */
  type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];
}
