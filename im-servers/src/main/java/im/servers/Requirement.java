package im.servers;

import java.util.function.Supplier;

/**
 * What a test needs of this machine. With JUnit, over a class: {@code @EnabledIf("im.servers.Requirement#redis")}; in a
 * test: {@code assumeTrue(Requirement.REDIS.met(), Requirement.REDIS::why)}. Where a server is missing, the test is
 * skipped, or fails when the environment's {@code IM_IT} is {@code required}.
 */
public enum Requirement {
    REDIS(RedisServer::available),
    ETCD(EtcdServer::available),
    KAFKA(KafkaServer::available),
    HAPROXY(() -> Availability.ofProgram("haproxy", "haproxy"));

    private final Supplier<Availability> availability;

    Requirement(Supplier<Availability> availability) {
        this.availability = availability;
    }

    /**
     * @throws IllegalStateException if it is not, and {@code IM_IT} is {@code required}
     */
    public boolean met() {
        return met("required".equals(System.getenv("IM_IT")));
    }

    boolean met(boolean required) {
        Availability found = availability.get();
        if (!found.here()) {
            if (required) {
                throw new IllegalStateException("IM_IT=required: " + found.why());
            }
            System.out.println("skipped: " + found.why());
        }
        return found.here();
    }

    /** What is missing; empty when nothing is. */
    public String why() {
        return availability.get().why();
    }

    public static boolean redis() {
        return REDIS.met();
    }

    public static boolean etcd() {
        return ETCD.met();
    }

    public static boolean kafka() {
        return KAFKA.met();
    }

    public static boolean haproxy() {
        return HAPROXY.met();
    }

    /** Redis, etcd and Kafka. */
    public static boolean cluster() {
        return REDIS.met() & ETCD.met() & KAFKA.met();
    }
}
