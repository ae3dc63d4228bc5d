package im.gateway.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What judges messages in this process, beside what the class path has.
 *
 * @param folder of jars with more interceptors
 * @param settings file of properties that every interceptor is given
 * @param threads on which they judge
 * @param timeout for one message, the wait for a thread included
 */
public record InterceptorConfig(
        Optional<Path> folder, Optional<Path> settings, int threads, Duration timeout, OnFailure onFailure) {

    public InterceptorConfig {
        AppServersKeys.INTERCEPTOR_THREADS.require(threads);
        AppServersKeys.INTERCEPTOR_TIMEOUT.require(timeout);
    }
}
