package im.gateway.session;

import im.gateway.delivery.HeadFrames;
import im.gateway.delivery.SyncRequest;
import im.gateway.ingress.SendCheck.Refusal;
import im.protocol.ConversationKey;
import im.protocol.Ids;
import im.protocol.Limits;
import im.protocol.v1.Code;
import im.protocol.v1.GroupQuery;
import im.protocol.v1.Heads;
import im.protocol.v1.Sync;
import im.relay.ConversationStore.HeadsRequest;
import org.jspecify.annotations.Nullable;

/** Whether a page may be asked for, and what is asked then. No state. */
final class PageCheck {
    private static final int MAX_PAGES = 16;
    private static final int DEFAULT_HEADS = 50;

    private PageCheck() {}

    /** @param waiting pages that were asked for and are not answered */
    static @Nullable Refusal sync(Sync sync, int waiting) {
        int limit = limit(sync);
        if (sync.getAfter() < 0
                || sync.getBefore() < 0
                || (sync.getAfter() > 0 && sync.getBefore() > 0)
                || (sync.getFromStart() && (sync.getAfter() > 0 || sync.getBefore() > 0))
                || limit < 1
                || limit > Limits.SYNC_MESSAGES) {
            return new Refusal(
                    Code.BAD_RANGE,
                    "sync",
                    "after or before is 0 or more, one of them or from_start, limit is 1 to " + Limits.SYNC_MESSAGES);
        }
        return tooMany("sync", waiting);
    }

    static SyncRequest request(long ref, ConversationKey conversation, Sync sync) {
        return new SyncRequest(ref, conversation, sync.getAfter(), sync.getBefore(), sync.getFromStart(), limit(sync));
    }

    static @Nullable Refusal heads(Heads heads, int waiting) {
        if (limit(heads) < 1 || limit(heads) > Limits.HEADS) {
            return new Refusal(Code.BAD_RANGE, "limit", "limit is 1 to " + Limits.HEADS);
        }
        if (HeadFrames.below(heads.getPage()) <= 0) {
            return new Refusal(Code.MALFORMED, "page", "not a page of an earlier answer");
        }
        return tooMany("heads", waiting);
    }

    static HeadsRequest request(String uid, String device, Heads heads, boolean groups) {
        return new HeadsRequest(uid, device, HeadFrames.below(heads.getPage()), limit(heads), groups);
    }

    static @Nullable Refusal group(GroupQuery query, int waiting) {
        if (!Ids.isValid(query.getGroup()) || (!query.getAfter().isEmpty() && !Ids.isValid(query.getAfter()))) {
            return new Refusal(Code.MALFORMED, "group", "group and after are ids");
        }
        if (query.getMembers() < 0 || query.getMembers() > Limits.LISTED_MEMBERS) {
            return new Refusal(Code.BAD_RANGE, "members", "members is 0 to " + Limits.LISTED_MEMBERS);
        }
        return tooMany("group", waiting);
    }

    private static @Nullable Refusal tooMany(String field, int waiting) {
        return waiting < MAX_PAGES
                ? null
                : new Refusal(Code.OVERLOADED, field, "more than " + MAX_PAGES + " pages asked for at once");
    }

    private static int limit(Sync sync) {
        return sync.getLimit() == 0 ? Limits.SYNC_MESSAGES : sync.getLimit();
    }

    private static int limit(Heads heads) {
        return heads.getLimit() == 0 ? DEFAULT_HEADS : heads.getLimit();
    }
}
