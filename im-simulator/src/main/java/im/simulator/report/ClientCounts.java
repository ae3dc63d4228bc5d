package im.simulator.report;

/**
 * What the clients counted, added up.
 *
 * @param connections clients that reached the server at least once
 * @param attempts sends written to a socket, repeats included
 * @param redeliveredWire messages that came again on the wire and were dropped
 * @param unknownSeen sends whose connection was lost before their answer
 * @param reconnects connections after each client's first
 * @param truncations times a client was told that something may be missing for good
 */
public record ClientCounts(
        int connections, long attempts, long redeliveredWire, long unknownSeen, long reconnects, long truncations) {}
