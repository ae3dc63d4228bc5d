package im.gateway.delivery;

import im.gateway.connection.Connection;
import im.gateway.service.SessionServices;
import im.relay.ConversationStore.Page;
import im.relay.PlacedMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes again, from the store, what a device does not acknowledge: at most {@link #TIMES} times, each wait twice the
 * one before; then it is parked until an acknowledgement moves (D32). A conversation's wait begins when the outbound
 * queue was seen empty, and nothing is written while it is not, so nothing queued is written again (D31). Event loop
 * only.
 */
final class Repush {
    static final int TIMES = 3;

    private static final Logger LOG = LoggerFactory.getLogger(Repush.class);

    /** Writes what was read again. */
    interface Writer {
        /** @param messages of the page, those that are still unacknowledged */
        void write(ConversationProgress progress, Page page, List<PlacedMessage> messages);
    }

    private final SessionServices services;
    private final ReaderPages pages;
    private final Connection connection;
    private final Window window;
    private final OneRead reads;
    private final OutboundRoom room;
    private final long waitMillis;
    private final ArrayDeque<ConversationProgress> due = new ArrayDeque<>();
    private boolean reported;
    /** Bytes of the page that found no room. */
    private int needed;

    Repush(
            SessionServices services,
            ReaderPages pages,
            Connection connection,
            Window window,
            OneRead reads,
            OutboundRoom room) {
        this.services = services;
        this.pages = pages;
        this.connection = connection;
        this.window = window;
        this.reads = reads;
        this.room = room;
        this.waitMillis = services.terms().repush().toMillis();
    }

    /** Looks whose time has come; true if there is any. */
    boolean collectDue(Collection<ConversationProgress> conversations) {
        if (window.isEmpty() || connection.pendingBytes() > 0) {
            return false;
        }
        long now = connection.loop().nowMillis();
        for (ConversationProgress progress : conversations) {
            if (!progress.unacknowledged.isEmpty() && !progress.repushQueued && !progress.parked) {
                look(progress, now);
            }
        }
        return !due.isEmpty();
    }

    private void look(ConversationProgress progress, long now) {
        if (progress.repushAt == 0) {
            progress.repushAt = now + (waitMillis << progress.repushes);
        } else if (now < progress.repushAt) {
            return;
        } else if (progress.repushes == TIMES) {
            park(progress);
        } else {
            progress.repushQueued = true;
            progress.repushAfter = progress.unacknowledged.first() - 1;
            due.add(progress);
        }
    }

    private void park(ConversationProgress progress) {
        progress.parked = true;
        services.metrics().parked(progress.unacknowledged.size());
        if (!reported) {
            reported = true;
            LOG.atWarn()
                    .addKeyValue("connection", Long.toHexString(connection.id()))
                    .addKeyValue("messages", progress.unacknowledged.size())
                    .log("a device does not acknowledge what was written to it " + (TIMES + 1) + " times");
        }
    }

    /** An acknowledgement has moved. */
    void startAgain(ConversationProgress progress) {
        progress.repushAt = 0;
        progress.repushes = 0;
        progress.parked = false;
    }

    /** Begins the next read; false if nothing is due, or what was read would find no room. */
    boolean readNext(Writer writer) {
        while (!due.isEmpty() && due.element().unacknowledged.last() <= due.element().repushAfter) {
            end(due.remove());
        }
        if (due.isEmpty() || connection.pendingBytes() > 0 || !room.hasOrWaits(needed)) {
            return false;
        }
        ConversationProgress progress = due.element();
        pages.page(
                progress.conversation,
                progress.repushAfter,
                progress.unacknowledged.size(),
                connection.wire().placedBudget(),
                connection.loop(),
                reads.awaited(page -> onPage(progress, page, writer), () -> {}));
        return true;
    }

    private void onPage(ConversationProgress progress, Page page, Writer writer) {
        long last = progress.unacknowledged.last();
        List<PlacedMessage> messages = new ArrayList<>(page.messages().size());
        for (PlacedMessage message : page.messages()) {
            if (message.position() <= last && message.position() >= progress.unacknowledged.first()) {
                messages.add(message);
            }
        }
        int bytes =
                messages.stream().mapToInt(message -> message.placed().length).sum();
        needed = room.has(bytes) ? 0 : bytes;
        if (needed > 0) {
            return;
        }
        if (!progress.unacknowledged.isEmpty()) {
            services.metrics().deliveredAgain(messages.size());
            writer.write(progress, page, messages);
        }
        progress.repushAfter = messages.isEmpty()
                ? Long.MAX_VALUE
                : messages.get(messages.size() - 1).position();
    }

    private static void end(ConversationProgress progress) {
        progress.repushQueued = false;
        progress.repushAt = 0;
        if (!progress.unacknowledged.isEmpty()) {
            progress.repushes++;
        }
    }
}
