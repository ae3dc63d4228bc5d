package im.gateway.cluster;

import im.relay.GroupStore;
import im.relay.GroupView;
import im.relay.Partitions;
import java.util.concurrent.CompletionStage;
import java.util.function.IntFunction;

/**
 * What tells how things stand in groups.
 *
 * @param view with where it stands
 * @param partitions of the log
 * @param ends the offset that the next record of a partition will get, looked up after the call; ends in bounded time
 */
public record GroupSources(
        GroupView view, GroupStore store, Partitions partitions, IntFunction<CompletionStage<Long>> ends) {}
