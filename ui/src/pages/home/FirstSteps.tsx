/** The first visit: three steps to a first DAG. */
import { strings, useStrings } from "@/app/i18n";
import { Panel } from "@/components/Blocks";

const S = strings({
  title: ["Three steps to your first DAG", "三步创建您的第一个 DAG"],
  one: ["Put a Python file into the DAG folder:", "将一个 Python 文件放入 DAG 文件夹："],
  two: ["It appears here within seconds. Unpause it:", "几秒钟后它会出现在这里。恢复调度："],
  three: ["Run it, and watch it here:", "运行它，并在此处查看："],
});

const FILE = `from airflow.sdk import dag, task

@dag(schedule="@daily")
def hello():
    @task
    def greet():
        print("Hello")
    greet()

hello()`;

export function FirstSteps() {
  const t = useStrings(S);
  return (
    <Panel title={t("title")}>
      <ol style={{ margin: 0, paddingLeft: 20, display: "grid", gap: 12 }}>
        <li>
          {t("one")}
          <pre className="pre">{`$AIRFLOW_HOME/dags/hello.py\n\n${FILE}`}</pre>
        </li>
        <li>
          {t("two")}
          <pre className="pre">airflow dags unpause hello</pre>
        </li>
        <li>
          {t("three")}
          <pre className="pre">airflow dags trigger hello</pre>
        </li>
      </ol>
    </Panel>
  );
}
