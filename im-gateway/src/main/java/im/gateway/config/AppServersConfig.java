package im.gateway.config;

/** Where the app's own servers take part. */
public record AppServersConfig(InterceptorConfig interceptors, WebhookConfig webhooks, ApiConfig api) {}
