package im.simulator.chat;

import im.client.WireFormat;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/**
 * What to run.
 *
 * @param connections clients in all
 * @param devices clients of one user; the last user may have fewer
 * @param wire how frames are written
 * @param rate messages a second, of all clients together
 * @param duration how long messages are sent
 * @param churn the share of clients that is offline at any time, 0 to below 1
 * @param comebacks the share of clients that lose their connection once and come back at once, 0 to 1
 * @param groups which groups there are, and how much goes into them
 * @param payloadBytes size of every payload; empty for a mix of real sizes
 * @param loops threads for the clients' sockets
 * @param settle how long to wait at most, afterwards, for what is missing
 * @param connectTimeout how long to wait at most for one more client to be connected, before sending starts
 * @param seed of everything that is chosen at random
 */
public record ChatPlan(
        int connections,
        int devices,
        WireFormat wire,
        double rate,
        Duration duration,
        double churn,
        double comebacks,
        GroupShape groups,
        OptionalInt payloadBytes,
        int loops,
        Duration settle,
        Duration connectTimeout,
        long seed) {

    /** What the seed is mixed with, so that one choice more here does not change all choices there. */
    enum Stream {
        POPULATION,
        PAYLOADS,
        SCRIPT,
        CHURN,
        COMEBACKS
    }

    SplittableRandom random(Stream stream) {
        return new SplittableRandom(seed * 31 + stream.ordinal());
    }
}
