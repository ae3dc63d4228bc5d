package im.gateway.delivery;

import im.gateway.service.SessionServices;
import im.protocol.ConversationKey;
import im.relay.ConversationStore.Page;
import im.relay.GroupStore;
import im.relay.ReadResult;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Pages of conversations as one uid may read them: of a group what stands in its intervals, and no more (D15). */
final class ReaderPages {
    private final SessionServices services;
    private final String uid;

    ReaderPages(SessionServices services, String uid) {
        this.services = services;
        this.uid = uid;
    }

    void page(
            ConversationKey conversation,
            long after,
            int maxMessages,
            int maxBytes,
            Executor lane,
            Consumer<ReadResult<Page>> done) {
        GroupStore groups = services.groups();
        if (conversation.isGroup() && groups != null) {
            groups.page(conversation.group(), uid, after, maxMessages, maxBytes, lane, done);
        } else {
            services.store().page(conversation, after, maxMessages, maxBytes, lane, done);
        }
    }

    void pageBefore(
            ConversationKey conversation,
            long before,
            int maxMessages,
            int maxBytes,
            Executor lane,
            Consumer<ReadResult<Page>> done) {
        GroupStore groups = services.groups();
        if (conversation.isGroup() && groups != null) {
            groups.pageBefore(conversation.group(), uid, before, maxMessages, maxBytes, lane, done);
        } else {
            services.store().pageBefore(conversation, before, maxMessages, maxBytes, lane, done);
        }
    }
}
