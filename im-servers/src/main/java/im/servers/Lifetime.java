package im.servers;

/** When a child process ends by itself. */
public enum Lifetime {
    /** With this JVM, even if that is killed. */
    THIS_JVM,
    /** Not before it is told to: it has a session of its own and holds none of our descriptors. */
    ON_ITS_OWN
}
