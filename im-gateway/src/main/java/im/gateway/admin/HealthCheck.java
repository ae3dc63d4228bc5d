package im.gateway.admin;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One condition for being ready, or for being well.
 *
 * @param name under which a reason appears, such as {@code message-log}
 * @param reason null when all is well, else why not; called on the admin thread, must not block
 * @param vital whether a process that does not meet it should get no new clients; otherwise it is ready, and says what is
 *     not as it should be
 */
public record HealthCheck(String name, Supplier<@Nullable String> reason, boolean vital) {

    /** A vital one. */
    public HealthCheck(String name, Supplier<@Nullable String> reason) {
        this(name, reason, true);
    }
}
