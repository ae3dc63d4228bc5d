package im.relay.redis;

import im.relay.ConversationStore.ConversationHead;
import im.router.redis.Redis.Call;
import im.router.redis.Reply;
import java.util.List;

/** A conversation on its way into a list: read in two steps, the second of which needs the first. */
interface Listed {
    /** As {@link ConversationHead#order}. */
    long order();

    List<Call> first();

    List<Call> second(List<Reply> first);

    ConversationHead head(List<Reply> first, List<Reply> second);
}
