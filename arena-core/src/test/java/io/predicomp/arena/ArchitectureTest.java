package io.predicomp.arena;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.LocationProvider;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.foreign.Linker;
import java.util.Arrays;
import java.util.Set;

/** Holds which package of the arena may know which. */
@AnalyzeClasses(locations = ArchitectureTest.ArenaModule.class)
class ArchitectureTest {
  private static final String[] INNER = {
    "page", "pool", "codec", "policy", "hotness", "agent", "transparent"
  };

  @ArchTest static final ArchRule CODEC_KNOWS_NO_OTHER_PACKAGE = knowsOnly("codec");

  @ArchTest static final ArchRule POOL_KNOWS_NO_OTHER_PACKAGE = knowsOnly("pool");

  @ArchTest static final ArchRule POLICY_KNOWS_NO_OTHER_PACKAGE = knowsOnly("policy");

  /** Page movement asks the admission policy; policies know nothing of pages. */
  @ArchTest
  static final ArchRule PAGE_USES_CODEC_POOL_AND_POLICY =
      knowsOnly("page", "codec", "pool", "policy");

  @ArchTest static final ArchRule HOTNESS_USES_PAGE = knowsOnly("hotness", "page");

  @ArchTest
  static final ArchRule AGENT_USES_PAGE_POLICY_AND_HOTNESS =
      knowsOnly("agent", "page", "policy", "hotness");

  @ArchTest
  static final ArchRule TRANSPARENT_USES_ALL_BUT_HOTNESS =
      knowsOnly("transparent", "page", "pool", "codec", "policy", "agent");

  @ArchTest
  static final ArchRule ONLY_THE_OUTER_PACKAGE_AND_TRANSPARENT_KNOW_THE_WIRING =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.predicomp.arena", "io.predicomp.arena.transparent..")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("io.predicomp.arena.CompressedArena")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule NATIVE_CALLS_GO_THROUGH_THE_BINDINGS =
      noClasses()
          .should()
          .dependOnClassesThat(belongToAnyOf(Linker.class))
          .because("only native-bindings may link native functions")
          .allowEmptyShould(true);

  /** What takes part in the protocol is a closed list; a new name in it needs a new proof. */
  @ArchTest
  static final ArchRule ONLY_THE_PARTS_OF_THE_MOVER_CHANGE_PAGE_STATES =
      noClasses()
          .that(
              not(
                  simpleNameIn(
                      "PageTable",
                      "PageRestorer",
                      "DemotionBatch",
                      "PageBatch",
                      "CompressedCopies",
                      "Recompressor",
                      "PageDiscard",
                      "RegionClose",
                      "TouchHarvest")))
          .should()
          .callMethodWhere(
              describe(
                  "PageTable.cas or publish",
                  call ->
                      call.getTargetOwner().getSimpleName().equals("PageTable")
                          && Set.of("cas", "publish").contains(call.getName())))
          .orShould()
          .accessField("io.predicomp.arena.page.PageTable", "STATE");

  private static DescribedPredicate<JavaClass> simpleNameIn(String... names) {
    Set<String> set = Set.of(names);
    return describe("one of " + set, type -> set.contains(type.getSimpleName()));
  }

  /** The named inner package may use those allowed, itself, and the types of the outer package. */
  private static ArchRule knowsOnly(String inner, String... allowed) {
    Set<String> known = Set.of(allowed);
    String[] forbidden =
        Arrays.stream(INNER)
            .filter(other -> !other.equals(inner) && !known.contains(other))
            .map(ArchitectureTest::packageOf)
            .toArray(String[]::new);
    return noClasses()
        .that()
        .resideInAPackage(packageOf(inner))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(forbidden)
        .allowEmptyShould(true);
  }

  private static String packageOf(String inner) {
    return "io.predicomp.arena." + inner + "..";
  }

  /** The module as it was compiled, without the tests that patch it. */
  static final class ArenaModule implements LocationProvider {
    @Override
    public Set<Location> get(Class<?> testClass) {
      return ModuleLayer.boot()
          .configuration()
          .findModule(testClass.getModule().getName())
          .flatMap(module -> module.reference().location())
          .map(uri -> Set.of(Location.of(uri)))
          .orElseThrow(() -> new AssertionError("the tests must run on the module path"));
    }
  }
}
