package im.router.redis;

import static im.router.redis.Redis.decimal;
import static java.nio.charset.StandardCharsets.US_ASCII;

import im.router.memory.LocalRoutes.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** {@code mend_routes.lua}. */
final class MendRoutesScript {
    private static final Script SCRIPT = Script.of(MendRoutesScript.class, "mend_routes");

    private MendRoutesScript() {}

    /**
     * @param written those that were missing or older
     * @param held those whose place another connection has
     */
    record Answer(List<Entry> written, List<Held> held) {}

    /** @param by its connection is not told */
    record Held(Entry entry, StoredRoute by) {}

    /**
     * @param entries of one bucket, one at least
     * @param node packed
     * @param formerNodes who this process was before
     */
    static CompletionStage<Answer> run(Redis redis, List<Entry> entries, long node, long[] formerNodes) {
        byte[][] keys = new byte[entries.size()][];
        byte[][] args = new byte[2 + 3 * entries.size()][];
        StringBuilder former = new StringBuilder(" ");
        for (long one : formerNodes) {
            former.append(one).append(' ');
        }
        args[0] = decimal(node);
        args[1] = former.toString().getBytes(US_ASCII);
        for (int i = 0; i < keys.length; i++) {
            Entry entry = entries.get(i);
            keys[i] = RoutesKey.of(redis, entry.uid());
            args[2 + 3 * i] = entry.device().getBytes(US_ASCII);
            args[3 + 3 * i] = decimal(entry.attempt());
            args[4 + 3 * i] = StoredRoute.place(entry.connection(), entry.group());
        }
        return redis.run(SCRIPT, keys, args).thenApply(reply -> answer(entries, reply));
    }

    private static Answer answer(List<Entry> entries, Reply reply) {
        List<Entry> written = new ArrayList<>();
        List<Held> held = new ArrayList<>();
        for (int i = 0; i < reply.size(); i++) {
            Reply one = reply.at(i);
            Entry entry = entries.get((int) one.number(0) - 1);
            if (one.number(1) == 1) {
                written.add(entry);
            } else {
                held.add(new Held(entry, new StoredRoute(one.number(2), one.number(3), 0)));
            }
        }
        return new Answer(written, held);
    }
}
