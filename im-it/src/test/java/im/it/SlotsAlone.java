package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.servers.Address;
import im.servers.RedisConsole;

/**
 * Slots of a Redis that fall back and leave the others where they are, as when one master of a Redis Cluster fails over.
 * No connection notices.
 */
final class SlotsAlone {
    private final Address redis;
    private final String keys;

    /** @param tags the hash tags of the slots, as a pattern: {@code {p*}} for all that is of the log's partitions */
    SlotsAlone(Address redis, String tags) {
        this.redis = redis;
        this.keys = "im:" + tags + ":*";
    }

    /** What they hold now is what they fall back to. */
    void keep() {
        run(each(keys, "redis.call('COPY', k, 'kept:' .. k, 'REPLACE')"));
    }

    void fallBack() {
        run("for _, k in ipairs(redis.call('KEYS', '" + keys + "')) do redis.call('DEL', k) end "
                + each("kept:" + keys, "redis.call('RENAME', k, string.sub(k, 6))"));
    }

    private static String each(String pattern, String action) {
        return "local n = 0 for _, k in ipairs(redis.call('KEYS', '" + pattern + "')) do " + action
                + " n = n + 1 end return n";
    }

    private void run(String script) {
        String found = RedisConsole.ask(redis, "EVAL \"" + script + "\" 0");
        assertThat(Integer.parseInt(found)).as("keys like %s", keys).isPositive();
    }
}
