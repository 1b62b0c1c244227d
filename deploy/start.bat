@echo off
rem Opens the app. Everything it needs lies in this folder; no internet is used.
setlocal
set "found="
for /f "usebackq" %%v in ("%~dp0PYTHONS.txt") do (
  if not defined found (py -%%v -c "" >nul 2>nul && set "found=py -%%v")
)
if not defined found (where python >nul 2>nul && set "found=python")
if not defined found goto missing
%found% "%~dp0start.py" %*
set "code=%errorlevel%"
if not "%code%"=="0" if "%~1"=="" pause
exit /b %code%
:missing
echo This app needs 64-bit Python from python.org, one of these versions:
type "%~dp0PYTHONS.txt"
pause
exit /b 1
