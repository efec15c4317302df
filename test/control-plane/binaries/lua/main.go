// Command lua runs a script as Argo CD does: in the same Lua, with the same few libraries and the same deadline, once for each object.
//
// Its argument is the script's path. Each line on stdin is an object as JSON, which the script sees as the global obj; each line on stdout
// is what the script returned for it, or {"error": "..."}.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// As long as Argo CD lets a script run.
const deadline = time.Second

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintf(os.Stderr, "usage: %s SCRIPT <OBJECTS\n", os.Args[0])
		os.Exit(2)
	}
	script, err := os.ReadFile(os.Args[1])
	if err == nil {
		err = runAll(string(script), os.Stdin, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func runAll(script string, input io.Reader, output io.Writer) error {
	objects := json.NewDecoder(bufio.NewReader(input))
	lines := bufio.NewWriter(output)
	for {
		var object any
		if err := objects.Decode(&object); errors.Is(err, io.EOF) {
			return lines.Flush()
		} else if err != nil {
			return err
		}
		result, err := run(script, object)
		if err != nil {
			result = map[string]any{"error": err.Error()}
		}
		line, err := json.Marshal(result)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(lines, "%s\n", line); err != nil {
			return err
		}
	}
}

func run(script string, object any) (any, error) {
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	// No string, no math, no io. Argo CD adds an os that only tells the time, which a health check has no use for.
	for name, open := range map[string]lua.LGFunction{lua.BaseLibName: lua.OpenBase, lua.TabLibName: lua.OpenTable} {
		call := lua.P{Fn: state.NewFunction(open), NRet: 0, Protect: true}
		if err := state.CallByParam(call, lua.LString(name)); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	state.SetContext(ctx)
	state.SetGlobal("obj", toLua(state, object))
	if err := state.DoString(script); err != nil {
		return nil, err
	}
	result := state.Get(-1)
	if _, isTable := result.(*lua.LTable); !isTable {
		return nil, fmt.Errorf("expected a table, got %s", result.Type())
	}
	return toJSON(result), nil
}

func toLua(state *lua.LState, value any) lua.LValue {
	switch value := value.(type) {
	case bool:
		return lua.LBool(value)
	case float64:
		return lua.LNumber(value)
	case string:
		return lua.LString(value)
	case []any:
		table := state.NewTable()
		for _, item := range value {
			table.Append(toLua(state, item))
		}
		return table
	case map[string]any:
		table := state.NewTable()
		for key, item := range value {
			table.RawSetString(key, toLua(state, item))
		}
		return table
	default:
		return lua.LNil
	}
}

// An empty table is an empty list, as Argo CD takes it.
func toJSON(value lua.LValue) any {
	switch value := value.(type) {
	case lua.LBool:
		return bool(value)
	case lua.LNumber:
		return float64(value)
	case lua.LString:
		return string(value)
	case *lua.LTable:
		if first, _ := value.Next(lua.LNil); first.Type() == lua.LTString {
			object := map[string]any{}
			value.ForEach(func(key, item lua.LValue) { object[key.String()] = toJSON(item) })
			return object
		}
		list := []any{}
		value.ForEach(func(_, item lua.LValue) { list = append(list, toJSON(item)) })
		return list
	default:
		return nil
	}
}
