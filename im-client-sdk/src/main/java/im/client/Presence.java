package im.client;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Who is online. Methods may be called from any thread and return at once; futures complete on the event loop, and fail
 * with {@link ImClientException} without a connection, or when it is lost or the gateway refuses.
 */
public final class Presence {
    private final ClientSession session;

    Presence(ClientSession session) {
        this.session = session;
    }

    /**
     * How these uids are now, each once, in the order given.
     *
     * @param uids 1–200
     */
    public CompletableFuture<List<UserPresence>> query(Collection<String> uids) {
        List<String> asked = List.copyOf(uids);
        return session.presence(subscriptions -> subscriptions.query(asked));
    }

    /**
     * From now on the {@link ImClient.Builder#presenceListener listener} is told of these uids, also after reconnects.
     * Completes when the gateway knows. What failed for want of a connection is asked for with the next one; what the
     * gateway refused is not.
     *
     * @param uids any number, as long as not more than 500 are subscribed to
     */
    public CompletableFuture<Void> subscribe(Collection<String> uids) {
        List<String> wanted = List.copyOf(uids);
        return session.presence(subscriptions -> subscriptions.subscribe(wanted));
    }

    /** The listener is told of these no more, but for what it is being told already. */
    public CompletableFuture<Void> unsubscribe(Collection<String> uids) {
        List<String> unwanted = List.copyOf(uids);
        return session.presence(subscriptions -> subscriptions.unsubscribe(unwanted));
    }
}
