package im.client;

/**
 * What a client has counted since it was built.
 *
 * @param attempts sends written to a socket, repeats included
 * @param retries sends written again after a refusal that passes or a lost connection
 * @param unknownSeen sends whose outcome was not known for a while: the connection was lost before the answer, or the
 *     answer said so; repeats count again
 * @param reconnects connections that reached Welcome after the first one
 * @param redeliveredOnWire messages that came again on the wire and were dropped
 * @param gaps holes seen in a conversation, each closed by asking for what was missing
 * @param waitingCalls calls that wait for the listeners now, the one that runs among them
 * @param readingPaused whether the socket is not read now, because the app is slow to take what came
 * @param pauses how often that was so
 */
public record ClientMetrics(
        long attempts,
        long retries,
        long unknownSeen,
        long reconnects,
        long redeliveredOnWire,
        long gaps,
        int waitingCalls,
        boolean readingPaused,
        long pauses) {}
