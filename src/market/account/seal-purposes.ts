/** Purposes of sealed instance secrets; the row of each is the instance's public `mk_…` key, which never changes. */
export const INSTANCE_API_SECRET = "instance.api_secret";
export const INSTANCE_WEBHOOK_SECRET = "instance.webhook_secret";
export const INSTANCE_HOST_API_KEY = "instance.host_api_key";
