package im.gateway.delivery;

import im.relay.ConversationStore.Page;
import im.relay.PlacedMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * What of a page can be written now: what follows W, as far as there is room, and without a gap that is not told.
 *
 * @param truncatedUpTo up to there nobody can prove that nothing is missing (D20); 0 where nothing is
 * @param isShort whether something of the page is left for the next one
 */
record PageCut(List<PlacedMessage> fresh, long truncatedUpTo, boolean isShort) {

    /** @param outbound whether the outbound queue has room for so many bytes more */
    static PageCut of(Page page, long written, Window window, IntPredicate outbound) {
        List<PlacedMessage> fresh = new ArrayList<>(page.messages().size());
        long truncatedUpTo = page.isTruncatedAfter(written) ? page.floor() : 0;
        long reached = Math.max(written, truncatedUpTo);
        int bytes = 0;
        for (PlacedMessage message : page.messages()) {
            if (message.position() <= reached) {
                continue;
            }
            boolean hole = message.prev() > reached;
            bytes += message.placed().length;
            if ((hole && !fresh.isEmpty()) || !outbound.test(bytes) || !window.hasRoom(fresh.size() + 1, bytes)) {
                return new PageCut(fresh, truncatedUpTo, true);
            }
            if (hole) {
                // The store itself has nothing between the two.
                truncatedUpTo = message.prev();
            }
            fresh.add(message);
            reached = message.position();
        }
        return new PageCut(fresh, truncatedUpTo, false);
    }

    /** Whether the page told nothing new. */
    boolean isNothing() {
        return fresh.isEmpty() && truncatedUpTo == 0;
    }
}
