package im.gateway.session;

import im.gateway.connection.Loop;
import im.gateway.service.SessionServices;
import im.protocol.ConversationKey;
import im.protocol.codec.PlacedCodec;
import im.relay.ConversationStore.Page;
import im.relay.GroupStore;
import im.relay.GroupStore.Standing;
import im.relay.PlacedMessage;
import im.relay.ReadResult;
import im.relay.Receipt;
import im.relay.Wakeups;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Tells those whose messages this uid has read in a group, where it is small enough for receipts: once in a while of
 * each group, and of what was read at once only the senders of the newest. Best effort: whoever asks for the group's
 * members is told all of it. Goes on when the connection is gone. Event loop only.
 */
final class GroupReads {
    /** How long what was read in a group may wait for more. */
    static final int GATHER_MILLIS = 1_000;
    /** Messages whose senders are looked for. */
    static final int MESSAGES = 32;

    private static final int MAX_GROUPS = 64;
    private static final int PAGE_BYTES = 64 * 1024;

    private final SessionServices services;
    private final Loop loop;
    private final String uid;
    private final Map<String, Long> waiting = new HashMap<>();
    private final Map<String, Long> told = new HashMap<>();

    GroupReads(SessionServices services, Loop loop, String uid) {
        this.services = services;
        this.loop = loop;
        this.uid = uid;
    }

    void read(String group, long position) {
        if (services.terms().receiptMembers() == 0 || !services.bus().takesReceipts()) {
            return;
        }
        if (waiting.isEmpty()) {
            loop.schedule(this::tell, GATHER_MILLIS);
        }
        if (waiting.size() < MAX_GROUPS || waiting.containsKey(group)) {
            waiting.merge(group, position, Math::max);
        } else {
            services.metrics().receiptDropped();
        }
    }

    private void tell() {
        Map<String, Long> now = Map.copyOf(waiting);
        waiting.clear();
        if (told.size() > MAX_GROUPS) {
            told.clear();
        }
        GroupStore store = services.groups();
        if (store != null) {
            now.forEach((group, position) -> tell(store, group, position));
        }
    }

    private void tell(GroupStore store, String group, long position) {
        store.standing(group, uid, loop, result -> {
            if (result instanceof ReadResult.Ok<Standing> ok
                    && ok.value().isMember()
                    && ok.value().members() <= services.terms().receiptMembers()) {
                store.pageBefore(group, uid, position + 1, MESSAGES, PAGE_BYTES, loop, page -> {
                    if (page instanceof ReadResult.Ok<Page> read) {
                        tell(read.value(), group, position);
                    }
                });
            }
        });
    }

    private void tell(Page page, String group, long position) {
        long before = told.getOrDefault(group, 0L);
        told.merge(group, position, Math::max);
        Set<String> senders = new HashSet<>();
        for (PlacedMessage message : page.messages()) {
            if (message.position() > before) {
                senders.add(PlacedCodec.origin(message.placed()).sender());
            }
        }
        senders.remove(uid);
        if (senders.isEmpty()) {
            return;
        }
        Receipt receipt = new Receipt(ConversationKey.group(group), uid, Receipt.Kind.READ, position);
        services.routes().routesOf(senders).thenAccept(found -> {
            Wakeups wakeups = new Wakeups();
            found.forEach((sender, routes) -> services.bus().pushReceipt(receipt, sender, routes, wakeups));
            wakeups.flush();
        });
    }
}
