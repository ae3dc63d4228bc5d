package im.client;

/**
 * One step of a client's connection.
 *
 * @param closeCode the code the connection ended with when {@code current} is WAITING or CLOSED (1000–1011 as in RFC
 *     6455, 44xx as in the protocol); 0 when there is none, as for a socket that could not be opened
 * @param reason why, for people; empty when there is nothing to say
 */
public record StateChange(ConnectionState previous, ConnectionState current, int closeCode, String reason) {}
