package im.bench;

import im.bench.load.Clients;
import im.bench.target.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "resume",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "A member of many groups comes back: how long from its connect until it has caught up, with nothing"
                        + " missed and with some messages.")
final class ResumeCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final double NANOS_A_MILLI = 1e6;

    @Mixin
    private LoadOptions options = new LoadOptions();

    @Option(names = "--groups", defaultValue = "500", description = "Groups of all clients. Default 500.")
    private int groups;

    @Option(
            names = "--missed",
            defaultValue = "1000",
            description = "Messages a second into any of the groups for a block while it is away. Default 1000.")
    private double missed;

    @Option(names = "--warmup-rounds", defaultValue = "20", description = "Rounds that do not count. Default 20.")
    private int warmupRounds;

    @Option(names = "--rounds", defaultValue = "20", description = "Rounds that count. Default 20.")
    private int rounds;

    @Override
    public Integer call() {
        List<Double> whole = new ArrayList<>();
        List<Double> behind = new ArrayList<>();
        long messages;
        try (Target target = options.start();
                Clients clients = options.clients(target)) {
            options.connect(clients);
            clients.form(groups, 1, PATIENCE);
            Sample.take(target, clients, missed, options.block);
            for (int round = 0; round < warmupRounds + rounds; round++) {
                clients.leave(1);
                double millis = clients.comeBack(1) / NANOS_A_MILLI;
                if (round >= warmupRounds) {
                    whole.add(millis);
                }
            }
            messages = 0;
            for (int block = 0; block < options.blocks; block++) {
                clients.leave(1);
                clients.send(missed, options.block);
                behind.add(clients.comeBack(1) / NANOS_A_MILLI);
                messages += clients.settle(PATIENCE).sent();
            }
        }
        Setting.print(options.describe("in each of " + groups + " groups") + "; median (least–most)");
        Table table = new Table("missed", "from connect to caught up, ms");
        table.row("nothing", Table.spread(whole, millis -> millis, 1));
        table.row(messages / options.blocks + " messages of any of them", Table.spread(behind, millis -> millis, 1));
        table.print();
        return 0;
    }
}
