package im.gateway.config;

import im.router.RouteDirectory;
import java.util.Locale;

/** Which connections of a uid stay when one of another device comes. */
public enum DevicePolicy {
    /** All of them. */
    ALL,
    /** Those whose Hello named another platform; upper and lower case are the same. */
    ONE_PER_PLATFORM,
    /** None. */
    ONE;

    /** The {@linkplain RouteDirectory#register group} of a connection: 31 bits of a hash where platforms count. */
    public int group(String platform) {
        return switch (this) {
            case ALL -> RouteDirectory.NO_GROUP;
            case ONE -> 1;
            case ONE_PER_PLATFORM ->
                Math.max(1, platform.toLowerCase(Locale.ROOT).hashCode() & Integer.MAX_VALUE);
        };
    }
}
