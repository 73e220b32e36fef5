"""The asset graph of the example configuration: an edge that comes or goes shows in review."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import Golden
from tests.lib.trust import ROOT

PRINT_GRAPH = """
import json, sys
from orchestration.definitions import defs
graph = defs().resolve_asset_graph()
nodes = [graph.get(key) for key in sorted(graph.get_all_asset_keys())]
described = [
    [
        node.key.to_user_string(),
        node.group_name,
        sorted(parent.to_user_string() for parent in node.parent_keys),
        bool((node.description or '').strip()),
        list(node.owners),
    ]
    for node in nodes
]
gates = sorted(f"{key.asset_key.to_user_string()}.{key.name}" for key in graph.asset_check_keys if key.name == 'gate')
heavy = [name for name in ('presidio_analyzer', 'spacy', 'great_expectations', 'pydicom') if name in sys.modules]
print(json.dumps({'assets': described, 'gates': gates, 'heavy': heavy}))
"""


def graph(home: Path) -> dict[str, list[list[object]]]:
    ours = {"COHORTGATE_HOME": str(home), "DAGSTER_HOME": str(home), "COHORTGATE_CONFIG": str(ROOT / "config")}
    environment = {**os.environ, **ours}
    done = subprocess.run(
        [sys.executable, "-c", PRINT_GRAPH], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    loaded: dict[str, list[list[object]]] = json.loads(done.stdout.splitlines()[-1])
    return loaded


def test_the_graph_is_the_reviewed_one_described_owned_and_light(tmp_path: Path, golden: Golden) -> None:
    loaded = graph(tmp_path)
    assert loaded["heavy"] == []
    assert loaded["gates"] == ["candidate_diabetic_eye.gate", "candidate_sepsis_onset.gate"]
    assert [key for key, _, _, has_description, _ in loaded["assets"] if not has_description] == []
    assert [key for key, _, _, _, owners in loaded["assets"] if not owners] == []
    lines = [f"{key} [{group}] <- {', '.join(parents)}" for key, group, parents, _, _ in loaded["assets"]]  # type: ignore[arg-type]
    golden.check("asset_graph.txt", "\n".join(lines) + "\n")
