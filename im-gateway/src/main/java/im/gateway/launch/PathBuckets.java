package im.gateway.launch;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Gives the timers of a message's way their buckets, the same to all, so that where it waits can be read off them. */
final class PathBuckets implements MeterFilter {
    /** Steps of a message's way, each a timer. */
    private static final Set<String> TIMERS = Set.of(
            "im.gateway.receive",
            "im.gateway.send",
            "im.gateway.push",
            "im.log.append",
            "im.relay.record.age",
            "im.relay.step",
            "im.push.delay");

    private static final DistributionStatisticConfig BUCKETS = DistributionStatisticConfig.builder()
            .serviceLevelObjectives(LongStream.of(
                            50,
                            100,
                            250,
                            500,
                            1_000,
                            2_000,
                            3_000,
                            5_000,
                            7_500,
                            10_000,
                            25_000,
                            50_000,
                            100_000,
                            250_000,
                            500_000,
                            1_000_000,
                            2_500_000,
                            10_000_000)
                    .mapToDouble(micros -> TimeUnit.MICROSECONDS.toNanos(micros))
                    .toArray())
            .build();

    @Override
    public @Nullable DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
        return TIMERS.contains(id.getName()) ? BUCKETS.merge(config) : config;
    }
}
