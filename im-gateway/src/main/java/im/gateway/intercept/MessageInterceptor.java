package im.gateway.intercept;

import java.util.Map;

/**
 * Judges each message of a client before the log has it. Found by {@link java.util.ServiceLoader}: a jar names its
 * interceptors in {@code META-INF/services/im.gateway.intercept.MessageInterceptor}. One object of each judges the
 * messages of all clients, on several threads; two messages of one connection into one conversation never at a time and
 * always in their order. Transient messages, changes of membership and what the server API sends are not judged.
 *
 * <p>A message may come again: its sender repeats it, with the same id, when it has got no answer, and the first may have
 * been accepted then. Who counts messages counts ids, so that a repeat is judged as the first was.
 */
public interface MessageInterceptor {

    /**
     * Called once, before any message.
     *
     * @param settings those of {@code interceptors.properties-file}, of all interceptors together
     * @throws IllegalArgumentException when a setting is wrong; the server does not start then and shows the message
     */
    default void start(Map<String, String> settings) {}

    /**
     * May take its time, within {@code interceptors.timeout} together with the interceptors before it; then its thread is
     * interrupted and the message is treated as {@code interceptors.on-failure} says, as it is when this throws.
     */
    Verdict intercept(IncomingMessage message);
}
