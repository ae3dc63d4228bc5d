package im.gateway.admin;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One condition for being ready.
 *
 * @param name under which a reason appears, such as {@code message-log}
 * @param reason null when all is well, else why not; called on the admin thread, must not block
 */
public record HealthCheck(String name, Supplier<@Nullable String> reason) {}
