package im.it.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ArchitectureTest {
    private static final Path ROOT = SourceTree.root();
    private static final Map<Module, JavaClasses> MODULES = new EnumMap<>(Module.class);
    private static final JavaClasses PRODUCT = compiled("classes");
    private static final JavaClasses EVERYTHING = compiled("classes", "test-classes");

    private static final List<String> NAMES_THAT_SAY_NOTHING = List.of(
            ".*(Manager|Helper|Utils?|Impl|DTO|Dto)",
            ".*Common([A-Z].*)?",
            "Base[A-Z].*",
            "Abstract[A-Z].*",
            "I[A-Z][a-z].*");

    /** What the build has compiled of all modules and of im-it. */
    private static JavaClasses compiled(String... parts) {
        List<Path> folders = Stream.concat(
                        Stream.of("im-it"), Stream.of(Module.values()).map(module -> module.folder))
                .flatMap(folder -> Stream.of(parts)
                        .map(part -> ROOT.resolve(folder).resolve("target").resolve(part)))
                .filter(Files::isDirectory)
                .toList();
        return new ClassFileImporter().importPaths(folders);
    }

    private static JavaClasses classesOf(Module module) {
        return MODULES.computeIfAbsent(
                module,
                key -> new ClassFileImporter()
                        .importPath(ROOT.resolve(key.folder).resolve("target/classes")));
    }

    @ParameterizedTest
    @EnumSource(Module.class)
    void theClassesOfEveryModuleAreSeen(Module module) {
        assertThat(classesOf(module).size())
                .as("classes read from " + module.folder)
                .isGreaterThanOrEqualTo(module.fewestClasses);
    }

    /** The form {@code im.X.(**)} would leave the root package out, and with it most cycles. */
    @ParameterizedTest
    @EnumSource(Module.class)
    void packagesOfAModuleHaveNoCycles(Module module) {
        slices().matching("(" + module.packages() + ")")
                .should()
                .beFreeOfCycles()
                .check(classesOf(module));
    }

    @ParameterizedTest
    @EnumSource(Module.class)
    void aModuleKnowsOnlyThoseBelowIt(Module module) {
        classes().should().resideInAPackage(module.packages()).check(classesOf(module));
        if (module.forbiddenPackages().length > 0) {
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(module.forbiddenPackages())
                    .because("im.it.architecture.Module says what a module may know")
                    .check(classesOf(module));
        }
    }

    @Test
    void theProtocolKnowsBuffersAndNoSockets() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty.channel..", "io.netty.handler..", "io.netty.bootstrap..", "java.net..")
                .because("codecs are functions over a ByteBuf, which a transport without a pipeline can call too")
                .check(classesOf(Module.PROTOCOL));
    }

    @ParameterizedTest
    @CsvSource({
        "org.rocksdb.., im.relay.local..",
        "org.apache.kafka.., ..kafka..",
        "io.lettuce.., ..redis..",
        "io.etcd.., ..etcd..",
    })
    void aLibraryStaysInThePackageNamedForIt(String library, String home) {
        noClasses()
                .that()
                .resideOutsideOfPackage(home)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .because("a port's form lives in a package named for it: " + home)
                .check(PRODUCT);
    }

    @Test
    void onlyTheJsonWireNeedsTheLibraryForJson() {
        noClasses()
                .that()
                .resideOutsideOfPackage("im.protocol.json..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("tools.jackson..")
                .because("who embeds the client does not carry it unless they want JSON")
                .check(classesOf(Module.PROTOCOL));
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("tools.jackson..")
                .check(classesOf(Module.CLIENT));
    }

    @Test
    void sessionsAndDeliverySeeConnectionsAndNotChannels() {
        noClasses()
                .that()
                .resideInAnyPackage("im.gateway.session..", "im.gateway.delivery..", "im.gateway.ingress..")
                .should()
                .dependOnClassesThat()
                .haveNameMatching("io\\.netty\\.channel\\.Channel.*")
                .because("a transport without Netty channels must fit below them")
                .check(PRODUCT);
    }

    @Test
    void theClientsExportedApiShowsNoNettyAndNoProtobuf() {
        classes()
                .that()
                .resideInAnyPackage("im.client", "im.client.store")
                .and(are(describe("exported", ExportedApi::isExported)))
                .should(new ExportedApi(
                        "io.netty..", "com.google.protobuf..", "im.protocol.v1..", "im.client.internal.."))
                .check(classesOf(Module.CLIENT));
    }

    @Test
    void namesSayWhatAThingIs() {
        List<String> bad = EVERYTHING.stream()
                .filter(not(resideInAnyPackage("im.protocol.v1..")))
                .filter(type -> NAMES_THAT_SAY_NOTHING.stream().anyMatch(type.getSimpleName()::matches))
                .map(JavaClass::getFullName)
                .toList();
        assertThat(bad)
                .as("types named Manager, Helper, Util, Impl, DTO, Common…, Base…, I…")
                .isEmpty();
    }

    @Test
    void noPackageIsADrawerForTheRest() {
        noClasses()
                .should()
                .resideInAnyPackage("..util..", "..utils..", "..common..", "..helper..", "..impl..", "..misc..")
                .because("packages are made by feature")
                .check(EVERYTHING);
    }
}
