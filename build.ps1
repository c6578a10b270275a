#requires -Version 7.2
<#
.SYNOPSIS
    Builds, checks and tests everything: the steps of .ci/run, for PowerShell.
.DESCRIPTION
    Needs the .NET 10 SDK. Where buf is not on the PATH the contract is not linted; tests that need a program that is
    not installed are skipped and say how to get it.
.PARAMETER SkipTests
    Leaves the tests out.
.PARAMETER SkipPublish
    Does not publish the programs: the runner as Native AOT, which needs the platform's C compiler, and the coordinator
    with its dashboard.
#>
[CmdletBinding()]
param(
    [switch] $SkipTests,
    [switch] $SkipPublish
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

function Invoke-Step([string] $Name, [scriptblock] $Action) {
    Write-Host "`n== $Name"
    $global:LASTEXITCODE = 0
    & $Action
    if ($LASTEXITCODE -ne 0) {
        throw "$Name failed with exit code $LASTEXITCODE."
    }
}

Push-Location $PSScriptRoot
try {
    Invoke-Step 'Restore' { dotnet restore --locked-mode }
    if (Get-Command buf -ErrorAction SilentlyContinue) {
        Invoke-Step 'Contract: buf lint' { buf lint }
    }
    Invoke-Step 'Build' { dotnet build --no-restore -warnaserror -p:Analyze=true }
    Invoke-Step 'Format' { dotnet format --verify-no-changes --no-restore }
    if (-not $SkipPublish) {
        Invoke-Step 'Runner as Native AOT' {
            dotnet publish src/Runner --configuration Release --output artifacts/ci/runner `
                --artifacts-path artifacts/ci/build -warnaserror
        }
        Invoke-Step 'Coordinator with its dashboard, trimmed' {
            dotnet publish src/Coordinator --configuration Release --output artifacts/ci/coordinator `
                --artifacts-path artifacts/ci/build -warnaserror
        }
    }
    if (-not $SkipTests) {
        Invoke-Step 'Tests' { dotnet test }
    }
}
finally {
    Pop-Location
}
